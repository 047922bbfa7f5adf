"""What the tests of this room share."""

from __future__ import annotations

import pytest


@pytest.fixture
def work_waits(settings) -> None:
    """Long work is asked for and stays in the queue, as it does until a worker takes it."""
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "long"]}
    }
