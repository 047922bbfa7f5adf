"""What is held of those who bring in documents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, Held, Keeping

IMPORTED = (
    Held(
        "courses.BroughtDocument",
        _("Documents I brought in for courses"),
        (
            "key", "asked_by", "file", "file_name", "kind", "state", "asked_at", "written_at", "job",
            "document", "plan", "version", "course",
        ),
        _("to make drafts of lessons of it"),
        LAW,
        Keeping(_("30 days")),
        _("you"),
        member="asked_by",
        shows=("file_name", "state", "asked_at", "written_at"),
    ),
)  # fmt: skip
