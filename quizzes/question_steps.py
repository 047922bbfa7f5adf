"""What may be done with a question now, and what was done with it: for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from people.models import Member, Office
from quizzes import reviewing
from quizzes.models import Question, QuestionVersion, ReviewStep
from quizzes.question_preview import Preview, previews_of

State = Question.State


@dataclass(frozen=True)
class Acts:
    """What this person may do now. `main`: the one step that is next. `why_not`: why they do not decide."""

    codes: frozenset[str]
    main: str = ""
    why_not: str = ""

    @property
    def may_decide(self) -> bool:
        return "approve" in self.codes

    @property
    def others(self) -> list[str]:
        order = ("take-back", "take-into-use", "bring-back", "retire")
        return [code for code in order if code in self.codes and code != self.main]


def acts_for(question: Question, member: Member, *, at: datetime) -> Acts:
    """Return what the member may do with the question as it is now."""
    if question.awaits_since is not None:
        return _under_review(question, member, at=at)
    codes = set()
    if question.state == State.RETIRED:
        codes = {"bring-back"}
    else:
        codes = {"retire"}
        changed = question.version_id is None or reviewing.changed_since_approved([question])
        codes |= {"submit"} if changed else set()
        codes |= {"take-into-use"} if question.state == State.REVIEWED else set()
    if question.version_id and not reviewing.holds(member, {Office.Kind.REVIEWER}, at=at):
        codes -= {"retire", "bring-back"}
    main = next((code for code in ("submit", "take-into-use", "bring-back") if code in codes), "")
    return Acts(frozenset(codes), main)


def _under_review(question: Question, member: Member, *, at: datetime) -> Acts:
    if reviewing.may_judge(question, member, at=at):
        return Acts(frozenset({"approve", "send-back", "take-back"}), "approve")
    reviews = reviewing.holds(member, {Office.Kind.REVIEWER}, at=at)
    why = reviewing.OwnWords.words if reviews else _("A reviewer who wrote none of it will look at it.")
    return Acts(frozenset({"take-back"}), why_not=str(why))


@dataclass(frozen=True)
class Version:
    """A frozen version: who wrote and who approved it, and its words."""

    version: QuestionVersion
    is_asked: bool
    previews: list[Preview]


@dataclass(frozen=True)
class Life:
    """What was done with a question, the last first, and the versions that were ever approved."""

    steps: list[ReviewStep]
    versions: list[Version]

    @property
    def sent_back(self) -> ReviewStep | None:
        """What it was sent back with, while nothing has been done since but writing."""
        for step in self.steps:
            if step.kind == ReviewStep.Kind.SENT_BACK:
                return step
            if step.kind != ReviewStep.Kind.WRITTEN:
                return None
        return None


def life_of(question: Question) -> Life:
    """Two queries."""
    steps = list(question.steps.select_related("by").order_by("-pk"))
    versions: Any = question.versions.select_related("written_by", "approved_by").order_by("-pk")
    return Life(
        steps,
        [Version(row, row.pk == question.version_id, previews_of(row.content)) for row in versions],
    )
