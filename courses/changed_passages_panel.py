"""The notice on the editor's page of a lesson that quotes passages which changed since it was published."""

from __future__ import annotations

from django.utils.functional import cached_property
from wagtail.admin.panels import Panel

from sources.models import Passage


class ChangedPassagesPanel(Panel):
    """Names the passages; publishing the lesson again shows readers the words of today."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/panels/changed_passages.html"

        @cached_property
        def passages(self) -> list[Passage]:
            from courses.sources_used import changed_passages  # it needs the models this panel is named in

            return changed_passages(self.instance) if self.instance.pk else []

        def is_shown(self) -> bool:
            return bool(self.passages)
