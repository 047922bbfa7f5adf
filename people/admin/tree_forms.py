"""What is asked when the tree changes. Places are chosen among those the viewer looks after."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from people.models import Member, Organisation
from people.office_forms import DayField
from people.organisations import OrganisationQuerySet
from people.tree_rules import FITS_BELOW, open_affiliations, open_children

SHOWN = 20
"""Places offered at once; the others are found by name or code."""


def named(text: str) -> Q:
    """Organisations whose name has this in it, or whose code begins with it."""
    return Q(name__icontains=text) | Q(name_en__icontains=text) | Q(external_code__istartswith=text)


class PlaceSearch(forms.Form):
    """What organisations are looked for by."""

    q = forms.CharField(label=_("Name or code"), required=False, widget=forms.TextInput({"type": "search"}))


class OnDay(forms.Form):
    """As of which day."""

    on = DayField(label=_("On another day"), required=False)


class TreeForm(forms.Form):
    """A form about `this` organisation, filled in by `viewer` on a day."""

    searches = False

    def __init__(
        self, data: Any = None, *, this: Organisation, viewer: Member, on: date, q: str = "", **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.this, self.viewer, self.today, self.q = this, viewer, on, q
        if "on" in self.fields:
            self.fields["on"].initial = on
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the organisation."""

    def values(self) -> dict[str, Any]:
        """What was filled in, by the names the act knows."""
        return dict(self.cleaned_data)

    @property
    def told(self) -> list[tuple[Any, str]]:
        """What was filled in, as words: label and value."""
        given = self.cleaned_data
        return [(self[name].label, _words(self.fields[name], given[name])) for name in given if given[name]]


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(str(each) for each in value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(field.choices)[value])
    return str(value)


class NamesForm(TreeForm):
    name = forms.CharField(label=_("Name in Chinese"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)


class RenameForm(NamesForm):
    on = DayField(label=_("From this day on"))

    def prepare(self) -> None:
        self.fields["name"].initial, self.fields["name_en"].initial = self.this.name, self.this.name_en


def _or_none(choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", "–"), *choices]


class DescribeForm(TreeForm):
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, choices=_or_none(Organisation.Sector.choices)
    )
    level = forms.ChoiceField(label=_("Level"), required=False, choices=_or_none(Organisation.Level.choices))
    external_code = forms.CharField(
        label=_("External code"),
        required=False,
        max_length=40,
        help_text=_("The code another system knows it by."),
    )

    def prepare(self) -> None:
        for name in ("sector", "level", "external_code"):
            self.fields[name].initial = getattr(self.this, name)


class FoundForm(DescribeForm, NamesForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=[])
    on = DayField(label=_("Founded on"))
    field_order = ("kind", "name", "name_en", "on")

    def prepare(self) -> None:
        fitting = FITS_BELOW[self.this.kind]
        self.fields["kind"].choices = [each for each in Organisation.Kind.choices if each[0] in fitting]


class PlaceForm(TreeForm):
    """Another organisation is chosen: it is looked for by name or code, and all that fit may be meant."""

    searches = True
    means = "under"
    place = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), to_field_name="key", widget=forms.RadioSelect
    )

    def places(self) -> OrganisationQuerySet:
        """Those that may be chosen."""
        return Organisation.objects.led_by(self.viewer, on=self.today).filter(closed_on=None)

    def prepare(self) -> None:
        allowed = self.places().exclude(pk=self.this.pk).select_related("parent").order_by("path")
        field = self.fields["place"]
        field.queryset = allowed
        meant = self.data.get("place") if self.is_bound else None
        offered = list((allowed.filter(named(self.q)) if self.q else allowed)[:SHOWN])
        if meant and meant not in {str(place.key) for place in offered}:
            offered = [place for place in offered if not self.q][: SHOWN - 1]
        choices = [(str(place.key), self._label(place)) for place in offered]
        field.widget.choices = choices if field.required else [("", _("None")), *choices]

    @staticmethod
    def _label(place: Organisation) -> str:
        return f"{place} · {place.parent}" if place.parent else str(place)

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {self.means: given.pop("place"), **given}


class MoveForm(PlaceForm):
    on = DayField(label=_("From this day on"))

    def places(self) -> OrganisationQuerySet:
        fitting = [kind for kind, below in FITS_BELOW.items() if kind and self.this.kind in below]
        outside = super().places().filter(kind__in=fitting).exclude(path__startswith=self.this.path)
        return outside.exclude(pk=self.this.parent_id)


class MergeForm(PlaceForm):
    means = "into"
    on = DayField(label=_("From this day on"))

    def places(self) -> OrganisationQuerySet:
        alike = Organisation.objects.managed_by(self.viewer, on=self.today).filter(
            closed_on=None, kind=self.this.kind
        )
        return alike.exclude(path__startswith=self.this.path)


class SectorLineForm(PlaceForm):
    means = "to"

    def prepare(self) -> None:
        self.fields["place"].required = False
        super().prepare()
        if self.this.sector_parent:
            self.fields["place"].initial = self.this.sector_parent.key

    def places(self) -> OrganisationQuerySet:
        committees = super().places().filter(kind=Organisation.Kind.COMMITTEE)
        above = [self.this.path[:end] for end in range(6, len(self.this.path) + 1, 6)]
        return committees.exclude(path__startswith=self.this.path).exclude(path__in=above)


class SplitForm(NamesForm):
    members = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=_("Members who go along"),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    below = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Organisations that go along"),
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The members of a group go with it."),
    )
    on = DayField(label=_("From this day on"))

    def prepare(self) -> None:
        here = open_affiliations(self.this, on=self.today).filter(member=OuterRef("pk"))
        seen = Member.objects.visible_to(self.viewer, on=self.today)
        self.fields["members"].queryset = seen.filter(Exists(here)).order_by("name_latin", "name", "pk")
        self.fields["below"].queryset = open_children(self.this).order_by("path")


class CloseForm(TreeForm):
    on = DayField(
        label=_("Closed from this day on"), help_text=_("On this day the organisation no longer exists.")
    )
