"""What the bank holds of those who write and review it: whose words, whose decision."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from people.keeping import LAW, Held, Keeping

WITH_THE_WORDS = Keeping(_("as long as what was written"))
EDITORS = _("you; editors and reviewers")
PURPOSE = _("to know who wrote and who approved what")


def _held(model: str, member: str, what: Any, shows: tuple[str, ...]) -> Held:
    return Held(model, what, (member,), PURPOSE, LAW, WITH_THE_WORDS, EDITORS, member=member, shows=shows)


WRITERS = (
    _held("quizzes.Question", "written_by", _("Questions I wrote"), ("stem", "state")),
    _held("quizzes.QuestionVersion", "written_by", _("My words that were approved"), ("frozen_at",)),
    _held("quizzes.QuestionVersion", "approved_by", _("Words of others I approved"), ("frozen_at",)),
    _held("quizzes.Regrade", "decided_by", _("Regrades I decided"), ("reason", "decided_at")),
    _held("quizzes.ReviewStep", "by", _("Steps I took in reviews of questions"), ("kind", "words", "at")),
)

CONTENT = ("quizzes.Question", "quizzes.QuestionVersion", "quizzes.Regrade", "quizzes.ReviewStep")
"""Written for all: only who wrote it is personal."""
