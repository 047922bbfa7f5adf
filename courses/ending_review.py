"""What Wagtail calls when a review has ended. It asks for this name while its own models are being made."""

from __future__ import annotations

from typing import Any


def publish_what_was_approved(workflow_state: Any, user: Any = None) -> None:
    """Publish the revision that was approved: see `courses.reviewing.publish_approved`."""
    from courses.reviewing import publish_approved

    publish_approved(workflow_state, user)
