"""What is asked when an office is given, ended, handed over or delegated. Members are named by number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from people.authority import candidates
from people.models import Member, MemberQuerySet, Office, Organisation
from people.signing_in import tidy_identifier

MOST_NUMBERS = 30
"""More members than any committee has."""


class DayField(forms.DateField):
    """A day, written by the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **options)


class MemberField(forms.CharField):
    """Members by their numbers, among those that `viewer` sees, or `among` others."""

    def __init__(self, *, most: int = 1, **options: Any) -> None:
        self.most = most
        self.viewer: Member | None = None
        self.on: date | None = None
        self.among: MemberQuerySet | None = None
        text = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(max_length=25 * most, widget=forms.TextInput(attrs=text), **options)

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        numbers = list(
            dict.fromkeys(tidy_identifier(part) for part in re.split(r"[\s,，、;；]+", written) if part)
        )
        if len(numbers) > self.most:
            many = ngettext("One number at most.", "%(most)s numbers at most.", self.most)
            raise forms.ValidationError(many % {"most": self.most})
        assert self.viewer is not None and self.on is not None  # noqa: S101  # set by the form
        among = candidates(self.viewer, on=self.on) if self.among is None else self.among
        found = {m.number: m for m in among.filter(number__in=numbers)}
        missing = [number for number in numbers if number not in found]
        if missing:
            raise forms.ValidationError(
                _("No such member among those you see: %(numbers)s."),
                params={"numbers": ", ".join(missing)},
            )
        members = [found[number] for number in numbers]
        return members if self.most > 1 else (members[0] if members else None)


class ByNumber(forms.Form):
    """A form whose members are looked for among those that `viewer` sees on that day."""

    def __init__(self, data: Any = None, *, viewer: Member, on: date, **options: Any) -> None:
        super().__init__(data, **options)
        for field in self.fields.values():
            if isinstance(field, MemberField):
                field.viewer, field.on = viewer, on

    @property
    def told(self) -> list[tuple[Any, str]]:
        """What was filled in, as words: label and value."""
        return [(self[name].label, self._words(name)) for name in self.fields if self.cleaned_data.get(name)]

    def _words(self, name: str) -> str:
        value, field = self.cleaned_data[name], self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices)[value])
        people = value if isinstance(value, list) else [value]
        return "、".join(
            f"{one.local_name} ({one.number})" if isinstance(one, Member) else str(one) for one in people
        )


class AppointForm(ByNumber):
    """Who, which office, from when."""

    kind = forms.ChoiceField(label=_("Office"))
    member = MemberField(label=_("Member number"))
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"), required=False, help_text=_("Leave it empty when no end is known."))

    def __init__(self, data: Any = None, *, kinds: Iterable[str], viewer: Member, on: date) -> None:
        super().__init__(data, viewer=viewer, on=on, initial={"since": on})
        self.fields["kind"].choices = [(kind, Office.Kind(kind).label) for kind in kinds]


class NameForm(AppointForm):
    """A branch names its visitors and the leaders of its groups: where and which office are one choice."""

    def __init__(
        self, data: Any = None, *, places: Mapping[str, tuple[str, Organisation]], viewer: Member, on: date
    ) -> None:
        super().__init__(data, kinds=[], viewer=viewer, on=on)
        self.places = places
        self.fields["kind"].choices = [
            (key, f"{Office.Kind(kind).label} · {place.local_name}") for key, (kind, place) in places.items()
        ]


class HandOverForm(ByNumber):
    """The next committee of an organisation, all of it."""

    on = DayField(label=_("The new term begins on"))
    secretary = MemberField(label=_("Secretary (member number)"))
    deputies = MemberField(
        label=_("Deputy secretaries (member numbers)"), most=MOST_NUMBERS, required=False,
        help_text=_("Several numbers with a space between them."),
    )  # fmt: skip
    members = MemberField(
        label=_("Committee members (member numbers)"), most=MOST_NUMBERS, required=False,
        help_text=_("Several numbers with a space between them."),
    )  # fmt: skip

    @property
    def places(self) -> list[tuple[str, Member]]:
        given = self.cleaned_data
        return [
            (Office.Kind.SECRETARY, given["secretary"]),
            *((Office.Kind.DEPUTY, member) for member in given["deputies"]),
            *((Office.Kind.COMMITTEE_MEMBER, member) for member in given["members"]),
        ]


class DelegateForm(ByNumber):
    """Who stands in, from when to when."""

    member = MemberField(label=_("Member number"))
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"))

    def __init__(self, data: Any = None, *, among: MemberQuerySet, viewer: Member, on: date) -> None:
        super().__init__(data, viewer=viewer, on=on, initial={"since": on})
        self.fields["member"].among = among


class EndForm(ByNumber):
    """The last day of an office."""

    last_day = DayField(
        label=_("Last day"), help_text=_("Yesterday, when it should open nothing from this moment on.")
    )

    def __init__(self, data: Any = None, *, viewer: Member, on: date) -> None:
        super().__init__(data, viewer=viewer, on=on, initial={"last_day": on - timedelta(days=1)})


class TakeBackForm(ByNumber):
    """Nothing to fill in: only to confirm."""


class When(TextChoices):
    """Which offices a list shows."""

    NOW = "now", _("Held today")
    LATER = "later", _("Not begun yet")
    ENDED = "ended", _("Ended")


class OfficeFilter(forms.Form):
    """Which offices the list shows."""

    q = forms.CharField(label=_("Organisation, or member number"), max_length=60, required=False)
    kind = forms.ChoiceField(
        label=_("Office"), required=False, choices=[("", _("All offices")), *Office.Kind.choices]
    )
    when = forms.ChoiceField(label=_("When"), required=False, choices=When.choices)
