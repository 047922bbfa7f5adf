"""What is held of readers: what they keep for themselves and what they tell the editors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, RIGHTS, WITH_ACCOUNT, Held, Keeping, OnErasure, years_of_requests

KEEPING = _("to find a lesson and one's own thoughts again")
MENDING = _("to put errors in lessons right")
WITH_THE_REPORT = Keeping(_("as long as the report"))
ONLY_YOU = _("you, and nobody else")

READERS = (
    Held(
        "courses.Bookmark",
        _("My bookmarks"),
        ("member", "lesson", "made_at"),
        KEEPING,
        LAW,
        WITH_ACCOUNT,
        ONLY_YOU,
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "courses.Note",
        _("My private notes"),
        ("key", "member", "lesson", "text", "written_at", "changed_at"),
        KEEPING,
        LAW,
        WITH_ACCOUNT,
        ONLY_YOU,
        on_erasure=OnErasure.DROP,
        shows=("lesson", "text", "written_at", "changed_at"),
    ),
    Held(
        "courses.EditionRead",
        _("Editions I read to the end"),
        ("member", "edition", "read_at"),
        _("to tell what has changed since"),
        LAW,
        WITH_ACCOUNT,
        ONLY_YOU,
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "courses.Feedback",
        _("How I found lessons"),
        ("member", "edition", "verdict", "given_at"),
        _("to make lessons better"),
        LAW,
        WITH_ACCOUNT,
        _("you; editors see sums, from five members on"),
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "courses.ErrorReport",
        _("Errors I reported"),
        ("key", "edition", "member", "about", "part", "words", "made_at"),
        MENDING,
        RIGHTS,
        Keeping(_("as requests, counted from the answer"), "answer__answered_at", years_of_requests),
        _("you; editors, without your name"),
        shows=("edition", "about", "part", "words", "made_at"),
    ),
    Held(
        "courses.ErrorAnswer",
        _("Answers to errors I reported"),
        ("report", "outcome", "words", "answered_at"),
        MENDING,
        RIGHTS,
        WITH_THE_REPORT,
        _("you; editors"),
        member="report__member",
        shows=("report", "outcome", "words", "answered_at"),
    ),
    Held(
        "courses.ErrorAnswer",
        _("Error reports I answered"),
        ("by",),
        MENDING,
        RIGHTS,
        WITH_THE_REPORT,
        _("you"),
        member="by",
        shows=("outcome", "answered_at"),
    ),
)
