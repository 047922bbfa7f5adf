"""The rules that the demonstration's county made: a trial that began and ended, an award, a proposal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from hours import ruling
from hours.models import Rule
from people.models import Member

TRIAL = (40, 8)
"""So many days ago the branch had to confirm what was studied without a network, and had no longer to."""

AWARD = 60
"""So many days ago preparing a lecture began to earn time."""

APPLIED = (
    Rule.Name.FAIR_PACE,
    Rule.Name.LARGE_PRINT,
    Rule.Name.LESSON_FACTOR,
    Rule.Name.INDIVIDUAL_DAY_HOURS,
    Rule.Name.OFFLINE_COUNTS,
)
"""The rules that a row of the clock names."""

TRIAL_BEGINS = (
    "示范：断网学习试行由党支部确认后计入。",
    "Demonstration: on trial, study without a network counts when the branch has confirmed it.",
)
TRIAL_ENDS = (
    "示范：试行结束，断网学习即时计入。",
    "Demonstration: the trial has ended, study without a network counts at once.",
)
LECTURE = (
    "示范：讲一次党课，备课计45分钟。",
    "Demonstration: preparing a lecture earns 45 minutes.",
)
MORE_FOR_A_LESSON = (
    "示范：拟自明年起，每课每年最多计预计时间的2倍，请审定。",
    "Demonstration: proposed from next year, a lesson counts up to twice its expected time.",
)


def make_rules(at: datetime) -> None:
    """The system administrator proposed, the security administrator approved; one is still to be decided."""
    author, approver = (Member.objects.get(number=number) for number in ("sysadmin", "secadmin"))
    name = Rule.Name
    for rule, value, days, (source, source_en) in (
        (name.LECTURE_AWARD_MINUTES, 45, AWARD, LECTURE),
        (name.OFFLINE_COUNTS, 0, TRIAL[0], TRIAL_BEGINS),
        (name.OFFLINE_COUNTS, 1, TRIAL[1], TRIAL_ENDS),
    ):
        day = at - timedelta(days=days)
        texts = {"source": source, "source_en": source_en}
        proposal = ruling.propose(
            rule, value=Decimal(value), valid_from=day.date(), by=author, at=day - timedelta(days=3), **texts
        )
        ruling.approve(proposal, by=approver, at=day - timedelta(days=2))
    source, source_en = MORE_FOR_A_LESSON
    ruling.propose(
        name.LESSON_FACTOR,
        value=Decimal(2),
        valid_from=date(at.year + 1, 1, 1),
        source=source,
        source_en=source_en,
        by=author,
        at=at - timedelta(days=2),
    )


@dataclass
class RulesOfTheYear:
    """Which row of which rule held on a day. One query for all days."""

    rules: list[Rule] = field(default_factory=lambda: list(Rule.objects.order_by("valid_from")))
    _by_day: dict[date, dict[str, Rule]] = field(default_factory=dict)

    def on(self, day: date) -> dict[str, Rule]:
        if day not in self._by_day:
            self._by_day[day] = {rule.name: rule for rule in self.rules if rule.valid_from <= day}
        return self._by_day[day]

    def applied(self, day: date) -> dict[str, int]:
        """What the clock writes into a row's evidence."""
        held = self.on(day)
        return {str(name): held[name].pk for name in APPLIED}

    def fair_pace(self, day: date) -> int:
        return self.on(day)[Rule.Name.FAIR_PACE].pk

    def counts_offline(self, day: date) -> bool:
        return bool(self.on(day)[Rule.Name.OFFLINE_COUNTS].value)
