"""
Readers made up by chance, for traces that nobody chose to fit.

The model knows nothing of how the clock counts: a reader takes as long for a screen as its text is long and
their own pace says, now more, now less; moves on when the screen is read; is called away, and comes back.
Truth is the time spent reading, listening and watching, and nothing else.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tests.cast import SHANGHAI

Event = dict[str, Any]


class Story:
    """A trace in the making: the moment reached, what was done until then, how much of it was study."""

    def __init__(
        self, name: str, starts: datetime, *, seed: int, large_print: bool = False, pace: float = 1.0
    ) -> None:
        self.name, self.starts, self.large_print, self.pace = name, starts, large_print, pace
        self.chance = random.Random(seed)
        self.lessons: dict[str, Event] = {}
        self.events: list[Event] = []
        self.now = self.truth = 0.0
        self.device, self.tab = "a", "1"
        self.robot = False

    def lesson(self, key: str, expected: float, screens: int, media: float = 0) -> str:
        self.lessons[key] = {
            "id": key,
            "expected_seconds": expected,
            "screens": screens,
            "media_seconds": media,
        }
        return key

    def does(self, kind: str, **more: Any) -> None:
        """Something happens now."""
        event = {"at": round(self.now, 1), "device": self.device, "tab": self.tab, "kind": kind}
        self.events.append(event | more)

    def waits(self, seconds: float) -> None:
        """Time goes by, and nobody studies."""
        self.now += seconds

    def studies(self, seconds: float) -> None:
        """Time goes by, and it is study."""
        self.now += seconds
        self.truth += seconds

    def reads(
        self,
        key: str,
        screens: range | None = None,
        *,
        style: str = "still",
        varies: float = 0.2,
        slower: float = 1.0,
    ) -> None:
        """Read screens of a lesson one by one; `slower` than one's own pace, each screen differently."""
        lesson = self.lessons[key]
        for screen in range(lesson["screens"]) if screens is None else screens:
            usual = lesson["expected_seconds"] / lesson["screens"] / self.pace
            takes = usual * (1.5 if self.large_print else 1) * slower * self.chance.lognormvariate(0, varies)
            self.does("scroll", screen=screen)
            self._stays(takes, style, screen)

    def _stays(self, takes: float, style: str, screen: int) -> None:
        """Read one screen, moving as this reader moves."""
        every, kind = {
            "still": (0.0, ""),  # moves on when the screen is read, and not before
            "thumb": (self.chance.uniform(8, 22), "scroll"),
            "mouse": (self.chance.uniform(10, 40), "pointer"),
            "keys": (self.chance.uniform(15, 40), "key"),
            "screen reader": (7.5, "key"),
        }[style]
        end = self.now + takes
        while every and self.now + every < end:
            self.studies(every)
            self.does(kind, **({"screen": screen} if kind == "scroll" else {}))
        self.studies(end - self.now)

    def watches(self, seconds: float, *, rate: float = 1.0) -> None:
        """Let media play for so many seconds of the wall clock, and follow it."""
        self.does("play", rate=rate)
        self.studies(seconds)

    def as_trace(self) -> Event:
        told: Event = {
            "name": self.name,
            "starts": self.starts.isoformat(),
            "truth_seconds": round(self.truth, 1),
            "lessons": list(self.lessons.values()),
            "reader": {"large_print": self.large_print, "pace": self.pace},
            "events": sorted(self.events, key=lambda event: event["at"]),
        }
        return told | ({"robot": True} if self.robot else {})


def random_trace(seed: int) -> Event:
    """An hour or so in the life of a reader, with whatever may come between."""
    chance = random.Random(f"reader {seed}")
    large_print = chance.random() < 0.3
    pace = chance.choice([1.0, 1.0, 1.0, 0.8, 0.6, 0.5])
    starts = datetime(
        2026, chance.randint(1, 12), chance.randint(1, 28), chance.randint(6, 22), tzinfo=SHANGHAI
    )
    story = Story(f"random-{seed}", starts, seed=seed, large_print=large_print, pace=pace)
    style = chance.choice(["still", "still", "thumb", "mouse", "keys", "screen reader"])
    varies = chance.uniform(0.05, 0.35)
    slower = chance.lognormvariate(0, 0.08)
    if chance.random() < 0.15:
        story.does("clock", by=chance.choice([-172800, -3600, -90, 90, 3600, 172800]))
    for number in range(chance.randint(1, 4)):
        story.device = chance.choice(["a", "a", "b"])
        story.tab = chance.choice(["1", "2"])
        _one_lesson(story, chance, f"l{number}", style, varies, slower)
        story.waits(chance.choice([2, 20, 120, 900]))
    if chance.random() < 0.25:
        story.does("replay")
    story.now += 60
    for device in sorted({event["device"] for event in story.events}):
        story.device = device
        _comes_home(story)
    return story.as_trace()


def _one_lesson(
    story: Story, chance: random.Random, key: str, style: str, varies: float, slower: float
) -> None:
    if chance.random() < 0.2:
        length = chance.choice([300, 900, 1800])
        story.lesson(key, 60, 1, length)
        _a_film(story, chance, key, length)
        return
    screens = chance.randint(1, 25)
    story.lesson(key, round(screens * chance.uniform(25, 80)), screens)
    offline = chance.random() < 0.2
    if offline and chance.random() < 0.5:
        story.does("offline")
    story.does("open", lesson=key)
    trouble = chance.randrange(screens) if chance.random() < 0.6 else None
    for screen in range(screens):
        if offline and screen == screens // 2:
            story.does("offline")
        story.reads(key, range(screen, screen + 1), style=style, varies=varies, slower=slower)
        if screen == trouble:
            _something_comes_between(story, chance, key)
    story.does("close")
    if offline and chance.random() < 0.7:
        story.waits(chance.choice([5, 600, 20000]))
        story.does("online")


def _a_film(story: Story, chance: random.Random, key: str, length: float) -> None:
    rate = chance.choice([1.0, 1.0, 1.25, 1.5, 2.0])
    story.does("open", lesson=key)
    story.waits(chance.uniform(1, 8))
    first = chance.uniform(0.2, 0.9) * length / rate
    story.watches(first, rate=rate)
    story.does("pause")
    story.waits(chance.choice([10, 200]))
    story.watches(length / rate - first, rate=rate)
    story.does("ended")
    story.waits(chance.uniform(1, 8))
    story.does("close")


def _something_comes_between(story: Story, chance: random.Random, key: str) -> None:
    kind = chance.choice(["door", "app", "lunch", "sleep", "crash", "network", "clock"])
    if kind == "door":  # the page stays in sight, and nobody is there
        story.waits(chance.choice([30, 300, 3600]))
        story.does("pointer")
    elif kind in ("app", "lunch"):
        story.does("hidden")
        story.waits(chance.uniform(5, 60) if kind == "app" else chance.uniform(1200, 4000))
        story.does("visible")
    elif kind == "sleep":
        story.does("sleep")
        story.waits(chance.uniform(60, 20000))
        story.does("wake")
        story.does("pointer")
    elif kind == "crash":
        story.does("crash")
        story.waits(chance.uniform(5, 60))
        story.does("open", lesson=key)
    elif kind == "network":
        story.does("offline")
        story.events.append(
            story.events[-1] | {"at": round(story.now + chance.uniform(20, 300), 1), "kind": "online"}
        )
    else:
        story.does("clock", by=chance.choice([-86400, -30, 30, 86400]))


def _comes_home(story: Story) -> None:
    """The device is online again, and a page of ours is opened: what waited goes out."""
    story.does("online")
    story.tab = "home"
    story.does("open", lesson=next(iter(story.lessons)))
    story.now += 1
    story.does("close")
    story.now += timedelta(minutes=5).total_seconds()
