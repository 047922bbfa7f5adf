"""What pages are told when they sent what is refused: a status, a code for scripts, words for people."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from people.leading import Refusal
from quizzes.answers import NotOnThePaper, TooLong
from quizzes.looking_up import Ended, NotAtOnce, NothingGiven
from quizzes.models import Attempt
from quizzes.saving import CountedTwice, TooMany
from quizzes.sent import Malformed, TooLarge
from quizzes.tokens import NotTheirs, TokenRefused


class Told(NamedTuple):
    """How a refusal is told."""

    status: int
    code: str
    words: Any


_UNKNOWN = Told(404, "unknown", _("There is no such attempt here."))
_TOKENS = {
    "forged": Told(
        409,
        "forged",
        _("This page cannot be recognised. Please load it again; what was saved before is kept."),
    ),
    "old": Told(
        409,
        "old",
        _("This page has been open for over a month. Please load it again; what waits here is sent then."),
    ),
}
_OTHERS: dict[type[Exception], Told] = {
    Attempt.DoesNotExist: _UNKNOWN,
    NotTheirs: _UNKNOWN,
    TooLong: Told(409, "too_long", _("This answer is too long, so it was not saved. Please shorten it.")),
    NotOnThePaper: Told(
        409, "not_on_the_paper", _("This choice does not belong to the question, so it was not saved.")
    ),
    TooMany: Told(409, "too_many", _("This attempt holds so many answers that it takes no more.")),
    CountedTwice: Told(
        409, "counted_twice", _("This device has sent another answer under the same number already.")
    ),
    TooLarge: Told(413, "too_large", _("This is larger than an answer can be, so it was not saved.")),
    Malformed: Told(422, "malformed", _("What this page sent could not be read, so it was not saved.")),
    NotAtOnce: Told(409, "not_at_once", NotAtOnce.words),
    NothingGiven: Told(409, "nothing_given", NothingGiven.words),
    Ended: Told(409, "ended", Ended.words),
}

REFUSED: tuple[type[Exception], ...] = (TokenRefused, Refusal, *_OTHERS)
"""What `told_of` has words for."""


def told_of(error: Exception) -> Told:
    """Return how a refusal is told; its words are in the language that is active when they are read."""
    if isinstance(error, TokenRefused):
        return _TOKENS[str(error)]
    return _OTHERS[type(error)]


def as_answer(error: Exception) -> dict[str, Any]:
    """Return {"code", "message"} in the active language, with the device's highest "counter" if it helps."""
    told = told_of(error)
    answer: dict[str, Any] = {"code": told.code, "message": str(told.words)}
    if isinstance(error, CountedTwice):
        answer["counter"] = error.args[0]
    return answer
