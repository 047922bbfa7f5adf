"""
An editor who changes the tree again and again, and what readers are to see between one change and the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from threading import Lock

from wagtail.models import Page, PageViewRestriction

from courses.models import Audience, LessonPage, ModulePage
from people.models import Organisation
from tests.cast import add_lesson, add_module

FIRST, MOVED, NEIGHBOUR = "/mass-line/one/first/", "/mass-line/two/first/", "/mass-line/one/second/"
HERE, ELSEWHERE = "here", "elsewhere"
"""Two branches: lessons are closed to readers of the second for a while."""

Seen = str
"""`gone`, `moved`, or the title that a page shows or lists."""

MOST_REMEMBERED = 40


@dataclass
class Moment:
    """
    What was to be seen from a change on, and `meanwhile` besides; `ended`: when the editor had the answer.
    """

    begun: float
    seen: dict[tuple[str, str], Seen]
    ended: float = float("inf")
    meanwhile: frozenset[Seen] = frozenset()


@dataclass
class Desk:
    """The lesson that is changed, the one beside it, and the moments between changes."""

    changes: int = 0
    version: int = 0
    moments: list[Moment] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        found = Organisation.objects.found
        self.branches = {name: found(kind=Organisation.Kind.BRANCH, name=name) for name in (HERE, ELSEWHERE)}
        self.one, self.two = add_module(slug="one"), add_module(slug="two")
        add_lesson(self.two, "third", title="第三课")
        self.lesson = add_lesson(self.one, "first", title="第0版")
        add_lesson(self.one, "second", title="邻课")
        self.moments.append(Moment(0.0, self._open("第0版"), time.monotonic()))

    def _open(self, title: Seen, *, elsewhere: Seen | None = None, neighbour: Seen | None = None) -> dict:
        """What is seen of the lesson itself, and listed beside its neighbour."""
        return {
            (HERE, FIRST): title,
            (ELSEWHERE, FIRST): elsewhere or title,
            (HERE, NEIGHBOUR): neighbour or title,
            (ELSEWHERE, NEIGHBOUR): elsewhere or neighbour or title,
        }

    def allowed(self, reader: str, address: str, asked: float, answered: float) -> set[Seen]:
        """What may be seen in an answer between these moments; nothing when nothing is said of it."""
        with self.lock:
            moments = list(self.moments)
        ends = [moment.ended for moment in moments[1:]] + [float("inf")]
        held = [m for m, end in zip(moments, ends, strict=True) if m.begun <= answered and end >= asked]
        seen = {m.seen.get((reader, address)) for m in held}
        for moment in held:
            if moment.ended >= asked:
                seen |= moment.meanwhile
        return set() if None in seen else {each for each in seen if each}

    def change(self, chance: Random) -> None:
        """One change after the other, in an order that makes sense; each holds for a while."""
        kind = chance.choice([self.publish, self.close_to_some, self.restrict, self.withdraw, self.move])
        kind(chance)

    def _do(
        self, chance: Random, act: Callable[[], object], seen: dict[tuple[str, str], Seen], *meanwhile: Seen
    ) -> None:
        moment = Moment(time.monotonic(), seen, meanwhile=frozenset(meanwhile))
        with self.lock:
            self.moments.append(moment)
            del self.moments[:-MOST_REMEMBERED]
        act()
        moment.ended = time.monotonic()
        self.changes += 1
        time.sleep(chance.uniform(0.02, 0.3))

    def publish(self, chance: Random) -> None:
        self.version += 1
        self._do(chance, lambda: self._published(LessonPage, self.lesson, self.title), self._open(self.title))

    @property
    def title(self) -> Seen:
        return f"第{self.version}版"

    def _published(self, kind: type[Page], page: Page, title: str | None = None) -> None:
        fresh = kind.objects.get(pk=page.pk)
        fresh.title = title or fresh.title
        fresh.save_revision().publish()

    def close_to_some(self, chance: Random) -> None:
        page = chance.choice([self.lesson, self.one])
        row = Audience(page=Page.objects.get(pk=page.pk), organisation=self.branches[HERE])
        closed = self._open(self.title, elsewhere="gone")
        if page is self.lesson:
            closed[ELSEWHERE, NEIGHBOUR] = "unlisted"
        self._do(chance, row.save, closed)
        self._do(chance, row.delete, self._open(self.title))

    def restrict(self, chance: Random) -> None:
        row = PageViewRestriction(page=Page.objects.get(pk=self.lesson.pk), restriction_type="groups")
        nobody = self._open("gone", neighbour="unlisted")
        nobody[ELSEWHERE, NEIGHBOUR] = "unlisted"
        self._do(chance, row.save, nobody)
        self._do(chance, row.delete, self._open(self.title))

    def withdraw(self, chance: Random) -> None:
        if chance.random() < 0.5:
            kind, page, seen = LessonPage, self.lesson, self._open("gone", neighbour="unlisted")
            seen[ELSEWHERE, NEIGHBOUR] = "unlisted"
        else:
            kind, page, seen = ModulePage, self.one, self._open("gone")
        self._do(chance, lambda: kind.objects.get(pk=page.pk).unpublish(), seen)
        self._do(chance, lambda: self._published(kind, page), self._open(self.title))

    def move(self, chance: Random) -> None:
        """Wagtail notes the old address after the page has moved, still before the editor has the answer."""
        away = {(who, FIRST): "moved" for who in (HERE, ELSEWHERE)}
        away |= {(who, MOVED): self.title for who in (HERE, ELSEWHERE)}
        self._do(chance, lambda: self._moved_to(self.two), away, "gone")
        back = self._open(self.title) | {(who, MOVED): "moved" for who in (HERE, ELSEWHERE)}
        self._do(chance, lambda: self._moved_to(self.one), back, "gone")

    def _moved_to(self, module: Page) -> None:
        LessonPage.objects.get(pk=self.lesson.pk).move(
            ModulePage.objects.get(pk=module.pk), pos="first-child"
        )

    def all_done(self) -> None:
        self.moments.clear()
