"""The forms in which a rule is proposed and a proposal is decided. What is asked depends on the rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hours.rules import CHOICES, FACTORS, LIMITS, MINUTES, NO_LIMIT, OF_THE_YEAR, Rule
from hours.ruling import bounds_of
from people.branch_forms import DayField


def unit_of(name: str) -> Any:
    """In what the value is given."""
    if name in MINUTES:
        return _("Minutes")
    return _("How many times") if name in FACTORS else _("Study hours")


class RuleForm(forms.Form):
    """What a rule shall say, from when, and where that comes from."""

    valid_from = DayField(label=_("Valid from"))
    source = forms.CharField(
        label=_("Source in Chinese"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-CN"}),
        help_text=_("Which document or decision says so. Every member can read it."),
    )
    source_en = forms.CharField(
        label=_("Source in English"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )
    is_confirmed = forms.BooleanField(label=_("Confirmed by the organisation"), required=False)

    def __init__(self, data: Any = None, *, rule: Rule, on: date) -> None:
        super().__init__(data, initial=_initial(rule, on))
        self.name = rule.name
        if self.name in CHOICES:
            zero, one = CHOICES[self.name]
            self.fields["choice"] = forms.TypedChoiceField(
                label=_("What the rule says"),
                choices=[("0", zero), ("1", one)],
                coerce=Decimal,
                widget=forms.RadioSelect,
            )
        else:
            self._ask_for_a_number()
        self.fields["valid_from"].widget.attrs["min"] = f"{on:%Y-%m-%d}"

    def _ask_for_a_number(self) -> None:
        bounds = bounds_of(self.name)
        self.fields["number"] = forms.DecimalField(
            label=unit_of(self.name),
            max_digits=8,
            decimal_places=2,
            required=self.name not in LIMITS,
            help_text=bounds.words if bounds else "",
        )
        if bounds:
            self.fields["number"].widget.attrs["step"] = str(bounds.step)
        if self.name in LIMITS:
            self.fields["no_limit"] = forms.BooleanField(label=_("Without a limit"), required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        if not self.errors and self.name in LIMITS:
            if given.get("no_limit"):
                given["number"] = Decimal(NO_LIMIT)
            elif given.get("number") is None:
                self.add_error("number", _("Please give a number, or choose to have no limit."))
        bounds, number = bounds_of(self.name), given.get("number")
        if bounds and number is not None and not given.get("no_limit") and not bounds.hold(number):
            self.add_error("number", bounds.words)
        return given

    @property
    def proposed(self) -> dict[str, Any]:
        """What was filled in, as the act asks for it."""
        given = self.cleaned_data
        taken = {name: given[name] for name in ("valid_from", "source", "source_en", "is_confirmed")}
        return taken | {"value": given["choice"] if self.name in CHOICES else given["number"]}


def _initial(rule: Rule, on: date) -> dict[str, Any]:
    """What is in force today; a rule of the year begins best with a year, any other tomorrow."""
    limitless = rule.name in LIMITS and rule.value >= NO_LIMIT
    begins = date(on.year + 1, 1, 1) if rule.name in OF_THE_YEAR else date.fromordinal(on.toordinal() + 1)
    return {
        "choice": "1" if rule.value else "0",
        "number": None if limitless else format(rule.value.normalize(), "f"),
        "no_limit": limitless,
        "valid_from": begins,
    }


class DeclineForm(forms.Form):
    """Why a proposal is declined; the one who made it reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
