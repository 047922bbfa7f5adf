"""
The editors' desk: what waits for whom, what goes stale, what is broken, what lies about.

Each section says how many rows it has, and gives those that are asked for. Nobody is counted or compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from courses import desk_questions, desk_rows
from courses.desk_lines import Line, Step
from courses.desk_rows import rows_of
from courses.error_reports import open_reports
from courses.forms_missing import lessons_lacking_forms
from courses.links import BROKEN, OUTSIDE
from courses.reviewing import reviews
from courses.sources_used import lessons_with_changed_passages, questions_with_changed_passages
from courses.usage import UNUSED
from people.models import Member

SHOWN = 10
"""Rows of a section on the desk."""


@dataclass(frozen=True)
class Asked:
    """Who looks at the desk, on which day, and which rows are wanted."""

    viewer: Member
    today: date
    start: int = 0
    limit: int = SHOWN


Found = tuple[int, list[Line]]


@dataclass(frozen=True)
class Section:
    """A part of the desk."""

    key: str
    heading: Any
    about: Any
    find: Callable[[Asked], Found]
    count: int = 0
    lines: Sequence[Line] = field(default_factory=tuple)

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    def for_(self, asked: Asked) -> Section:
        count, lines = self.find(asked)
        return Section(self.key, self.heading, self.about, self.find, count, lines)


def _lang(language: str) -> str:
    """The language of a title, where it is not the reader's own."""
    return "" if language == get_language() else "zh" if language == "zh-hans" else language


def _edit(page: int | None, words: str) -> tuple[Step, ...]:
    return (Step(words, reverse("wagtailadmin_pages:edit", args=[page])),) if page else ()


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _reviews(asked: Asked) -> Found:
    if not reviews(asked.viewer, on=asked.today):
        return 0, []
    count, rows = rows_of(desk_rows.REVIEWS, asked.start, asked.limit, viewer=asked.viewer.pk)
    return count, [_to_review(row) for row in rows]


def _to_review(row: dict[str, Any]) -> Line:
    steps = _edit(row["page"], _("Review"))
    if row["live"]:
        compared = [row["page"], "live", row["revision"]]
        steps += (Step(_("Compare"), reverse("wagtailadmin_pages:revisions_compare", args=compared)),)
    name = row["name_latin"] if get_language() == "en" and row["name_latin"] else row["name"]
    since = _moment(row["since"])
    told = _("Submitted by %(name)s on %(day)s") if name else _("Submitted on %(day)s")
    return Line(row["title"], steps, (told % {"name": name, "day": since},), _lang(row["language"]))


def _returned(asked: Asked) -> Found:
    count, rows = rows_of(desk_rows.RETURNED, asked.start, asked.limit, viewer=asked.viewer.pk)
    return count, [
        Line(
            row["title"],
            _edit(row["page"], _("Change it and submit again")),
            (_("Sent back on %(day)s") % {"day": _moment(row["since"])},),
            _lang(row["language"]),
            quoted=row["comment"],
        )
        for row in rows
    ]


def _under_way(asked: Asked) -> Found:
    count, rows = rows_of(desk_rows.UNDER_WAY, asked.start, asked.limit, viewer=asked.viewer.pk)
    return count, [
        Line(
            row["title"],
            _edit(row["page"], _("Look at it")),
            (_("With the reviewers since %(day)s") % {"day": _moment(row["since"])},),
            _lang(row["language"]),
        )
        for row in rows
    ]


def _scheduled(asked: Asked) -> Found:
    count, rows = rows_of(desk_rows.SCHEDULED, asked.start, asked.limit)
    begins, ends = _("Goes live on %(day)s"), _("Is taken off on %(day)s")
    return count, [
        Line(
            row["title"],
            _edit(row["page"], _("Look at it")),
            ((begins if row["begins"] else ends) % {"day": _moment(row["at"])},),
            _lang(row["language"]),
        )
        for row in rows
    ]


def _by_day(sql: str) -> Callable[[Asked], Found]:
    def find(asked: Asked) -> Found:
        count, rows = rows_of(sql, asked.start, asked.limit, today=asked.today)
        told = _("To be reviewed by %(day)s")
        return count, [
            Line(
                row["title"],
                _edit(row["page"], _("Check it and set a new day")),
                (told % {"day": _day(row["day"])},),
                _lang(row["language"]),
            )
            for row in rows
        ]

    return find


def _errors(asked: Asked) -> Found:
    reports = open_reports()
    return reports.count(), [
        Line(
            report.edition.title,
            (Step(_("Answer"), reverse("desk_answer", args=[report.key])),),
            (
                report.get_about_display(),
                *([report.part] if report.part else []),
                _("Reported on %(day)s") % {"day": _moment(report.made_at)},
            ),
            _lang(report.edition.language),
            quoted=report.words[:300],
        )
        for report in reports[asked.start : asked.start + asked.limit]
    ]


def _passages(asked: Asked) -> Found:
    lessons = [
        Line(
            found.edition.title,
            _edit(found.edition.page_id, _("Check the passage and publish it again")),
            tuple(str(passage) for passage in found.passages),
            _lang(found.edition.language),
        )
        for found in lessons_with_changed_passages()
    ]
    questions = [
        Line(
            found.question.stem,
            (Step(_("Check the question"), found.url),),
            (str(found.passage),),
        )
        for found in questions_with_changed_passages()
    ]
    everything = lessons + questions
    return len(everything), everything[asked.start : asked.start + asked.limit]


def _snippet(app: str, model: str) -> str:
    return f"wagtailsnippets_{app}_{model}:edit"


def _broken(asked: Asked) -> Found:
    count, rows = rows_of(BROKEN, asked.start, asked.limit)
    told = {
        "page": _("“%(words)s” leads to a page that is gone or not published"),
        "document": _("“%(words)s” leads to a document that is gone"),
        "anchor": _("“%(words)s” leads to a place in the lesson that is not there"),
        "own": _("“%(words)s” leads to an address of this site where nothing is published"),
    }
    return count, [
        Line(
            row["title"],
            _edit(row["page"], _("Mend the link")),
            (told[row["kind"]] % {"words": row["words"] or row["to_"]},),
            _lang(row["language"]),
        )
        for row in rows
    ]


def _outside(asked: Asked) -> Found:
    count, rows = rows_of(OUTSIDE, asked.start, asked.limit)
    return count, [_to_look_at(row) for row in rows]


def _to_look_at(row: dict[str, Any]) -> Line:
    if row["at"] is None:
        told = _("Nobody has looked yet")
    else:
        words = _("It worked on %(day)s") if row["works"] else _("It did not work on %(day)s")
        told = words % {"day": _moment(row["at"])}
    return Line(row["to_"], _edit(row["page"], _("Open the lesson")), (row["title"], told), asks=row["to_"])


UNUSED_AT = {
    "image": (gettext_lazy("Image"), "wagtailimages:edit"),
    "document": (gettext_lazy("Document"), "wagtaildocs:edit"),
    "passage": (gettext_lazy("Passage"), "wagtailsnippets_sources_passage:edit"),
    "question": (gettext_lazy("Question"), _snippet("quizzes", "question")),
    "quiz": (gettext_lazy("Quiz"), _snippet("quizzes", "quiz")),
}


def _unused(asked: Asked) -> Found:
    count, rows = rows_of(UNUSED, asked.start, asked.limit)
    return count, [
        Line(
            row["title"],
            (Step(_("Use it or remove it"), reverse(UNUSED_AT[row["kind"]][1], args=[row["id"]])),),
            (str(UNUSED_AT[row["kind"]][0]),),
        )
        for row in rows
    ]


def _forms(asked: Asked) -> Found:
    everything = lessons_lacking_forms()
    return len(everything), [
        Line(
            found.edition.title,
            _edit(found.page.pk, _("Add the form")),
            tuple(str(form.label) for form in found.lacks),
            _lang(found.edition.language),
        )
        for found in everything[asked.start : asked.start + asked.limit]
    ]


SECTIONS = (
    Section(
        "reviews",
        gettext_lazy("Awaiting your review"),
        gettext_lazy("You can approve these, or send them back with a comment. You wrote none of them."),
        _reviews,
    ),
    Section(
        "questions",
        gettext_lazy("Questions awaiting your review"),
        gettext_lazy("You wrote none of these. Read the key as well as the words."),
        desk_questions.to_review,
    ),
    Section(
        "questions-returned",
        gettext_lazy("Questions sent back to you"),
        gettext_lazy("A reviewer asks for a change."),
        desk_questions.sent_back,
    ),
    Section(
        "returned", gettext_lazy("Sent back to you"), gettext_lazy("A reviewer asks for a change."), _returned
    ),
    Section(
        "under-way",
        gettext_lazy("Yours, under review"),
        gettext_lazy("Nobody changes these until a reviewer has decided. You can take them back."),
        _under_way,
    ),
    Section(
        "errors",
        gettext_lazy("Errors that readers reported"),
        gettext_lazy("Mend the lesson, then tell the reader. Who wrote is not shown."),
        _errors,
    ),
    Section(
        "marking",
        gettext_lazy("Short answers"),
        gettext_lazy("Members wait for the points. You see answers and no names."),
        desk_questions.short_answers,
    ),
    Section(
        "questions-suspect",
        gettext_lazy("Questions whose key may be wrong"),
        gettext_lazy("Those who know the rest well answer otherwise. It may be the key, or the words."),
        desk_questions.suspect,
    ),
    Section(
        "passages",
        gettext_lazy("A passage has changed"),
        gettext_lazy("Lessons and questions that quote words which are no longer the same."),
        _passages,
    ),
    Section(
        "overdue",
        gettext_lazy("Overdue for review"),
        gettext_lazy("Members read these; the day by which they were to be checked has passed."),
        _by_day(desk_rows.OVERDUE),
    ),
    Section(
        "due",
        gettext_lazy("To be reviewed within 30 days"),
        gettext_lazy("Their day is near."),
        _by_day(desk_rows.DUE),
    ),
    Section(
        "questions-overdue",
        gettext_lazy("Questions overdue for review"),
        gettext_lazy("Members are asked these; the day by which they were to be checked has passed."),
        desk_questions.overdue,
    ),
    Section(
        "questions-due",
        gettext_lazy("Questions to be reviewed within 30 days"),
        gettext_lazy("Their day is near."),
        desk_questions.due,
    ),
    Section(
        "scheduled",
        gettext_lazy("Scheduled"),
        gettext_lazy("What goes live or is taken off by itself."),
        _scheduled,
    ),
    Section(
        "broken",
        gettext_lazy("Broken links"),
        gettext_lazy("Links within the site, in lessons that members read."),
        _broken,
    ),
    Section(
        "forms",
        gettext_lazy("Lessons lacking a form"),
        gettext_lazy("Some members need another form of what is in them."),
        _forms,
    ),
    Section(
        "outside",
        gettext_lazy("Links to other sites"),
        gettext_lazy(
            "The server opens no other site. Open the link yourself and say whether it shows what is meant."
        ),
        _outside,
    ),
    Section(
        "unused",
        gettext_lazy("Unused"),
        gettext_lazy("No lesson, course or quiz shows these. Uploads are listed after 30 days."),
        _unused,
    ),
)
