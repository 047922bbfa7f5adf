"""What is held of those who bring in questions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, Held, Keeping

IMPORTED = (
    Held(
        "quizzes.QuestionFile",
        _("Files of questions I brought in"),
        (
            "key", "asked_by", "file", "file_name", "form", "state", "asked_at", "written_at", "job",
            "entries", "choices", "counts",
        ),
        _("to make drafts of questions of it"),
        LAW,
        Keeping(_("30 days")),
        _("you"),
        member="asked_by",
        shows=("file_name", "state", "asked_at", "written_at"),
    ),
)  # fmt: skip
