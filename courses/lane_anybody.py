"""
Who a kept lesson page is rendered for: anybody, and what may be known of anybody.

A page that is kept for all of one kind is rendered without any member: in the place of the request, the
member and the states of lessons stand the objects here. They know what the page is kept by (see
`courses.lane_pages`); whoever asks them for more has found something that differs by member, and the page is
not kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from courses.slots import LessonState

STATES = {
    "n": LessonState(),
    "b": LessonState(seconds=1),
    "r": LessonState(is_reached=True),
    "d": LessonState(is_reached=True, is_done=True),
}
"""The states that look different, by the letter that the database answers."""


class Differs(Exception):
    """A template asked for what may be another thing for another member."""


class Sheet:
    """A page while it is rendered: its holes, and the pieces that stand in one of four ways."""

    def __init__(self, here: int) -> None:
        self.here = here
        self.seal = secrets.token_hex(8)
        self.pieces: list[tuple[int, dict[str, str]]] = []
        self.faults: list[str] = []

    def hole(self, name: str) -> SafeString:
        """What is written in the place of something that is put in for each reader."""
        return mark_safe(f"h{self.seal}{name}h")  # noqa: S308  # letters and digits

    def refuse(self, what: str) -> NoReturn:
        """Some of Django's templates pass over exceptions, so it is noted too."""
        self.faults.append(what)
        raise Differs(what)

    def in_each_state(self, state: Any, render: Callable[[], str]) -> str:
        """Render a piece once for each state, and leave a hole."""
        if not isinstance(state, AnyState):
            self.refuse("a state")
        pieces = {}
        for letter, shown in STATES.items():
            state.shown = shown
            try:
                pieces[letter] = render()
            finally:
                state.shown = None
        self.pieces.append((state.number, pieces))
        return self.hole(f"state{len(self.pieces) - 1}")


class AnyState:
    """
    The state of a lesson, known only within `{% by_state %}`; `number` is the lesson's place in the course.
    """

    def __init__(self, sheet: Sheet, number: int) -> None:
        self.sheet = sheet
        self.number = number
        self.shown: LessonState | None = None

    def _shown(self, what: str) -> LessonState:
        if self.shown is None:
            self.sheet.refuse(f"state.{what} outside of by_state")
        return self.shown

    @property
    def is_begun(self) -> bool:
        return self._shown("is_begun").is_begun

    @property
    def is_reached(self) -> bool:
        return self._shown("is_reached").is_reached

    @property
    def is_done(self) -> bool:
        return self._shown("is_done").is_done

    @property
    def seconds(self) -> SafeString:
        if self.number != self.sheet.here:
            self.sheet.refuse("state.seconds of another lesson")
        return self.sheet.hole("seconds")


class Known(dict):
    """What a request carries: only `names` may be asked for, whether they are there or not."""

    def __init__(self, sheet: Sheet, names: Iterable[str], values: dict[str, Any]) -> None:
        super().__init__(values)
        self._sheet = sheet
        self._names = frozenset(names)

    def _look(self, name: object) -> None:
        if name not in self._names:
            self._sheet.refuse(f"{name!r} of the request")

    def __getitem__(self, name: Any) -> Any:
        self._look(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._look(name)
        return super().__contains__(name)

    def get(self, name: Any, default: Any = None) -> Any:
        self._look(name)
        return super().get(name, default)

    def __iter__(self) -> Any:
        self._sheet.refuse("all of the request")

    def items(self) -> Any:
        self._sheet.refuse("all of the request")

    keys = values = items


class _Nobody:
    """Knows what it was given and refuses the rest."""

    def __init__(self, sheet: Sheet, **known: Any) -> None:
        self.__dict__.update(known, _sheet=sheet)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._sheet.refuse(f"{type(self).__name__}.{name}")

    def __str__(self) -> str:
        return self._sheet.refuse(f"the words of {type(self).__name__}")


class AnyOffice(_Nobody):
    """An office of which only its kind and that of its organisation are known."""


class AnyPlace(_Nobody):
    """An organisation of a kind."""


class AnyMember(_Nobody):
    """Somebody signed in with a password, who holds offices of these kinds."""


def any_member(sheet: Sheet, offices: str) -> AnyMember:
    """`offices` as `courses_offices` in the database writes them: `secretary@branch contacts`."""
    held = [
        AnyOffice(sheet, kind=kind, organisation=AnyPlace(sheet, kind=place))
        for kind, at, place in (each.partition("@") for each in offices.split())
        if at
    ]
    return AnyMember(
        sheet,
        is_authenticated=True,
        is_anonymous=False,
        is_active=True,
        by_card=False,
        keeps_contact="contacts" in offices.split(),
        held_offices=lambda on: list(held),
    )


class AnyRequest(HttpRequest):
    """A request for a page, of which is known what the page is kept by."""

    _may_be_missing = frozenset({"_messages", "current_app", "other_language", "whom_to_ring"})

    def __init__(
        self, sheet: Sheet, path: str, host: str, language: str, cookies: dict[str, str], *, saves: bool
    ) -> None:
        super().__init__()
        self.sheet = sheet
        self.method = "GET"
        self.path = self.path_info = path
        self.host = host
        self.LANGUAGE_CODE = language
        self.COOKIES = Known(sheet, cookies, cookies)
        self.META = Known(sheet, ["QUERY_STRING"], {})
        self.headers = Known(sheet, ["Save-Data"], {"Save-Data": "on"} if saves else {})

    def get_host(self) -> str:
        return self.host

    def __getattr__(self, name: str) -> Any:
        if name in self._may_be_missing or name.startswith("__") or "sheet" not in self.__dict__:
            raise AttributeError(name)
        self.sheet.refuse(f"request.{name}")
