"""Forms of a branch: what is arranged for a member, who goes where. Days are picked, people are chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.belonging import MemberCare, possible_contacts, visitors_to_assign
from people.leading import open_branches
from people.mobility import USUAL_MONTHS
from people.models import Member, Organisation, Standing

USUAL_REVIEW = timedelta(days=182)

BRANCHES_SHOWN = 5
"""So many are named when more than one branch fits what was typed."""


class DayField(forms.DateField):
    """A day, picked with the device's own calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)


class PersonField(forms.ChoiceField):
    """One of a few people, chosen by name."""

    default_error_messages = {"invalid_choice": _("Please choose somebody from the list.")}

    def offer(self, people: Iterable[Member]) -> None:
        self.people = {str(person.key): person for person in people}
        self.choices = [("", "—"), *((key, person.local_name) for key, person in self.people.items())]

    def clean(self, value: Any) -> Member | None:
        return self.people.get(super().clean(value))


class BranchField(forms.CharField):
    """A branch by its name in either language, or a part of it that fits no other one."""

    default_error_messages = {
        "unknown": _("No branch of this name is known. Please check how it is written."),
        "several": _("More than one branch fits: %(names)s. Please give the whole name."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=200, **options)

    def clean(self, value: Any) -> Organisation | None:
        name = super().clean(value)
        if not name:
            return None
        branches = open_branches(on=self.on)
        exact = branches.filter(Q(name=name) | Q(name_en__iexact=name) | Q(external_code=name))
        found = list(exact[:2]) or list(
            branches.filter(Q(name__icontains=name) | Q(name_en__icontains=name)).order_by("path")[
                : BRANCHES_SHOWN + 1
            ]
        )
        if not found:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        if len(found) > 1:
            names = [f"{one.local_name} ({one.parent or '—'})" for one in found[:BRANCHES_SHOWN]]
            raise forms.ValidationError(
                self.error_messages["several"], "several", params={"names": "; ".join(names)}
            )
        return found[0]


class CareForm(forms.Form):
    """A form about one member, for one viewer, on one day."""

    def __init__(self, data: Any = None, *, care: MemberCare, act: str) -> None:
        super().__init__(data, auto_id=f"{act}_%s")
        self.care = care
        for name in self.fields:
            if isinstance(self.fields[name], DayField) and self.fields[name].initial is None:
                self.fields[name].initial = care.on
        self.prepare()

    def prepare(self) -> None:
        """Offer what can be chosen. Most forms offer nothing."""


class ReviewForm(CareForm):
    review_on = DayField(label=_("To be reviewed on"), help_text=_("Within a year."))

    def prepare(self) -> None:
        self.fields["review_on"].initial = self.care.on + USUAL_REVIEW


class HomeStudyForm(ReviewForm):
    since = DayField(label=_("Since"))
    field_order = ["since", "review_on"]


class StandingForm(CareForm):
    standing = forms.ChoiceField(label=_("Standing"), choices=Standing.Value.choices)
    since = DayField(label=_("Since"))

    def clean_standing(self) -> tuple[str, str]:
        """The aspect and the value."""
        value = self.cleaned_data["standing"]
        return next((aspect, value) for aspect, values in Standing.VALUES.items() if value in values)


class VisitorForm(CareForm):
    visitor = PersonField(label=_("Visitor"))

    def prepare(self) -> None:
        self.fields["visitor"].offer(visitors_to_assign(self.care))


class EndVisitorForm(CareForm):
    visitor = PersonField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        self.fields["visitor"].offer(pairing.visitor for pairing in self.care.pairings)


class ContactPersonForm(CareForm):
    contact = PersonField(label=_("Contact person"), help_text=_("Another member of the home branch."))

    def prepare(self) -> None:
        self.fields["contact"].offer(possible_contacts(self.care))


class RegisterOutForm(ContactPersonForm):
    since = DayField(label=_("Away since"))
    months = forms.IntegerField(
        label=_("Expected months"),
        min_value=1,
        max_value=600,
        initial=USUAL_MONTHS,
        help_text=_("Usually six months or more."),
    )
    receiving = BranchField(
        label=_("Receiving branch, if known"),
        required=False,
        help_text=_("Its name. No other place is asked for or kept."),
    )
    field_order = ["since", "months", "contact", "receiving"]

    def prepare(self) -> None:
        super().prepare()
        self.fields["receiving"].on = self.care.on


class ContactForm(CareForm):
    on = DayField(label=_("In contact on"))


class TransferForm(CareForm):
    target = BranchField(label=_("The branch that receives the member"), help_text=_("Its name."))

    def prepare(self) -> None:
        self.fields["target"].on = self.care.on


class AcceptForm(forms.Form):
    """The group of the new branch is chosen by who accepts; none will do."""

    group = forms.ModelChoiceField(None, label=_("Group"), required=False, empty_label=_("No group"))

    def __init__(self, data: Any = None, *, groups: Any) -> None:
        super().__init__(data, auto_id="accept_%s")
        self.fields["group"].queryset = groups


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("The other branch reads this. Nothing about health, please."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="decline_%s")


class ReceiveForm(forms.Form):
    """A member of another branch, named by number and name; both have to fit."""

    number = forms.CharField(
        label=_("Member number"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=120)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="receive_%s")


class SinceForm(forms.Form):
    since = DayField(label=_("Since"))

    def __init__(self, data: Any = None, *, initial: Any = None, number: int = 0) -> None:
        super().__init__(data, auto_id=f"since_%s_{number}", initial=initial)


class NotedForm(forms.Form):
    on = DayField(label=_("In contact on"))

    def __init__(self, data: Any = None, *, initial: Any = None, number: int = 0) -> None:
        super().__init__(data, auto_id=f"noted_%s_{number}", initial=initial)
