"""Forms of visits: recorded at the door in a few taps, planned for a day, questions answered and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from outreach import spoken
from outreach.assigned import Assigned
from outreach.planning import NOTE
from outreach.questions import LONGEST
from outreach.reports import NotReadTogether, Report, Visited
from outreach.visiting import LONGEST_MINUTES, Visit, VisitMember
from people.branch_forms import DayField, PersonField
from people.models import Member

USUAL_MINUTES = {Visit.Way.VISIT: 40, Visit.Way.TELEPHONE: 10}
CONFIRMED = VisitMember.Confirmed
BELIEVED = range(1970, 2200)
"""Years that a device's clock may say."""


class MomentField(forms.DateTimeField):
    """A moment, picked with the device's own calendar and clock."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **options)


@dataclass(frozen=True)
class AtTheTable:
    """One member of the form with their fields."""

    assigned: Assigned
    is_ticked: bool
    confirmed: str
    companion: BoundField
    wishes: BoundField
    questions: BoundField

    @property
    def member(self) -> Member:
        return self.assigned.member

    @property
    def name(self) -> str:
        return f"confirmed_{self.member.key}"


class ReportForm(forms.Form):
    """What is asked of a visit or a call. Fields of each member carry the member's key."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    device_at = forms.CharField(required=False, widget=forms.HiddenInput)
    counter = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    started_at = MomentField(label=_("Began"))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=LONGEST_MINUTES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    place = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=100,
        help_text=format_lazy(
            _("Only if the next visitor needs it. It is deleted after {days} days."),
            days=lazy(lambda: settings.VISIT_PLACE_DAYS, int)(),
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        way: str,
        outcome: str,
        people: Sequence[Assigned],
        companions: Sequence[Member] = (),
        lessons: Sequence[tuple[UUID, str]] = (),
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, auto_id="visit_%s", initial=initial)
        self.way, self.outcome, self.people, self.companions = way, outcome, people, companions
        choices = [(str(one.member.key), one.member.local_name) for one in people]
        gone = {
            "invalid_choice": _("One of these people cannot be chosen here any more. Please choose anew.")
        }
        self.fields["members"] = forms.MultipleChoiceField(
            choices=choices,
            error_messages=gone | {"required": _("Please say who was visited.")},
        )
        self.fields["visitors"] = forms.MultipleChoiceField(
            choices=[(str(one.key), one.local_name) for one in companions],
            required=False,
            error_messages=gone,
        )
        self.fields["lessons"] = forms.MultipleChoiceField(
            choices=[(str(key), title) for key, title in lessons],
            required=False,
            error_messages={"invalid_choice": NotReadTogether.words},
        )
        for one in people:
            self._add_fields_of(one)
        if outcome == Visit.Outcome.NOBODY_HOME:
            del self.fields["minutes"]
        if way == Visit.Way.TELEPHONE:
            del self.fields["place"]

    def _add_fields_of(self, one: Assigned) -> None:
        key = one.member.key
        self.fields[f"confirmed_{key}"] = forms.ChoiceField(choices=CONFIRMED.choices, required=False)
        self.fields[f"companion_{key}"] = forms.CharField(
            label=_("Name of who was there"), required=False, max_length=40
        )
        self.fields[f"wishes_{key}"] = forms.CharField(
            label=_("Wishes"),
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("What to read next, larger print, another day. Nothing about health."),
        )
        self.fields[f"questions_{key}"] = forms.CharField(
            label=_("Questions: I will find out"),
            required=False,
            max_length=4 * LONGEST,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("One a line. They stay on your page until you have told the answer."),
        )

    def chosen(self, name: str) -> list[str]:
        """What is ticked now: of a form that came back what was sent, else what is proposed."""
        if self.is_bound:
            return self.data.getlist(name)
        return [str(value) for value in self.initial.get(name, [])]

    def table(self) -> Iterator[AtTheTable]:
        """The members of the form, those ticked first."""
        ticked = self.chosen("members")
        for one in sorted(self.people, key=lambda one: str(one.member.key) not in ticked):
            key = str(one.member.key)
            yield AtTheTable(
                one,
                key in ticked,
                self.data.get(f"confirmed_{key}", "") if self.is_bound else "",
                self[f"companion_{key}"],
                self[f"wishes_{key}"],
                self[f"questions_{key}"],
            )

    def clean(self) -> dict[str, Any]:
        """A companion is named; answers given aloud are on the paper that was drawn."""
        data = super().clean()
        for key in data.get("members", []):
            confirmed, companion = data.get(f"confirmed_{key}"), data.get(f"companion_{key}", "").strip()
            if companion and confirmed in {"", CONFIRMED.NONE}:
                data[f"confirmed_{key}"] = CONFIRMED.COMPANION
            elif confirmed == CONFIRMED.COMPANION and not companion:
                self.add_error(f"companion_{key}", _("Please give the name of who was there."))
            if any(len(line) > LONGEST for line in data.get(f"questions_{key}", "").splitlines()):
                words = _("A question takes 500 characters at most. Please write it on two lines.")
                self.add_error(f"questions_{key}", words)
        self._check_words_of_others(data)
        token = self.data.get("asked", "")
        data["spoken"] = None
        if token and spoken.has_answers(self.data):
            try:
                drawn = spoken.read(token)
                data["spoken"] = spoken.as_answered(drawn, spoken.noted(self.data, drawn))
            except spoken.NotDrawnHere as refused:
                self.add_error(None, refused.words)
        return data

    def _check_words_of_others(self, data: dict[str, Any]) -> None:
        """What was written about somebody who is not ticked is not thrown away: the form asks."""
        for one in self.people:
            key = str(one.member.key)
            if key not in data.get("members", []) and any(
                data.get(f"{name}_{key}", "").strip() for name in ("companion", "wishes", "questions")
            ):
                words = _("You wrote something about %(name)s. Please tick the name, or take the words away.")
                self.add_error("members", words % {"name": one.member.local_name})

    def report(self, *, by: Member) -> Report:
        """What was typed in, for `record_visit`."""
        data = self.cleaned_data
        members = data["members"]
        answers = data["spoken"]
        return Report(
            key=data["key"],
            started_at=data["started_at"],
            minutes=data.get("minutes") or 0,
            members=[self._visited(key) for key in members],
            visitors=[UUID(key) for key in data["visitors"]],
            way=self.way,
            outcome=self.outcome,
            place=data.get("place", ""),
            lessons=[UUID(key) for key in data["lessons"]],
            spoken=answers if answers is not None and str(answers.member) in members else None,
            device_at=_moment(data["device_at"]),
            counter=min(data["counter"] or 0, 2**31 - 1),
        )

    def _visited(self, key: str) -> Visited:
        data = self.cleaned_data
        return Visited(
            UUID(key),
            data[f"confirmed_{key}"] or CONFIRMED.NONE,
            data[f"companion_{key}"],
            data[f"wishes_{key}"],
            data[f"questions_{key}"].splitlines(),
        )


def _moment(text: str) -> datetime | None:
    """What the device's clock said; nothing when it is no moment with its offset, or an absurd one."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
    if moment is None or moment.tzinfo is None or moment.year not in BELIEVED:
        return None
    return moment


def usual_start(way: str, *, at: datetime) -> datetime:
    """When it began, if it took as long as usual and has just ended."""
    return localtime(at).replace(second=0, microsecond=0) - timedelta(minutes=USUAL_MINUTES[Visit.Way(way)])


class PlanForm(forms.Form):
    """A day for a visit; who leads also chooses the visitor."""

    visitor = PersonField(label=_("Visitor"))
    day = DayField(label=_("Day"))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE, help_text=_("What to bring. Nothing about health.")
    )

    def __init__(self, data: Any = None, *, visitors: Sequence[Member], initial: Any = None) -> None:
        super().__init__(data, auto_id="plan_%s", initial=initial)
        self.fields["visitor"].offer(visitors)
        if len(visitors) == 1:
            self.fields["visitor"].initial = str(visitors[0].key)


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What I found out"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("As you will tell it. Nothing about health."),
    )


class ToldForm(forms.Form):
    on = DayField(label=_("Told on"))


class ConsentForm(forms.Form):
    """Who agreed to a pairing, how, and when."""

    side = forms.CharField(widget=forms.HiddenInput)
    way = forms.ChoiceField(label=_("How it was said"))
    given_on = DayField(label=_("Agreed on"))

    def __init__(self, data: Any = None, *, ways: Any, number: str = "", initial: Any = None) -> None:
        super().__init__(data, auto_id=f"consent_%s_{number}", initial=initial)
        self.fields["way"].choices = ways
