"""What is asked of the member list, and of what is done with the chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.member_list import MemberSearch, places_named
from people.models import Member, Office, Standing
from people.office_forms import DayField


def _any(choices: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", gettext_lazy("All")), *choices]


class MemberSearchForm(forms.Form):
    """The filters. Home study is none of them: it is known in the member's own branch alone."""

    q = forms.CharField(
        label=gettext_lazy("Name, member number or telephone"), required=False, max_length=120, strip=True
    )
    place = forms.CharField(
        label=gettext_lazy("In the organisation (name or external code)"), required=False, max_length=200
    )
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"), required=False, choices=lambda: _any(Standing.Value.choices)
    )
    office = forms.ChoiceField(
        label=gettext_lazy("Office"), required=False, choices=lambda: _any(Office.Kind.choices)
    )
    mobile = forms.ChoiceField(
        label=gettext_lazy("Mobile member"),
        required=False,
        choices=_any([("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]),
    )
    signs_in = forms.ChoiceField(
        label=gettext_lazy("Signing in"),
        required=False,
        choices=_any(
            [
                ("yes", gettext_lazy("May sign in")),
                ("no", gettext_lazy("Account closed")),
                ("never", gettext_lazy("Has never signed in")),
            ]
        ),
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        required=False,
        choices=[("", gettext_lazy("By organisation")), ("name", gettext_lazy("By name in Latin letters"))],
    )

    def __init__(self, data: Any, *, viewer: Member) -> None:
        super().__init__(data)
        self.viewer = viewer

    def clean_place(self) -> object:
        typed = self.cleaned_data["place"].strip()
        if not typed:
            return None
        places = places_named(self.viewer, typed, on=localdate())
        if not places:
            raise forms.ValidationError(_("No organisation below yours has this name or code."))
        return places

    def search(self) -> MemberSearch:
        data = self.cleaned_data
        signs_in = data["signs_in"]
        return MemberSearch(
            text=data["q"],
            places=data["place"],
            standing=data["standing"] or None,
            office=data["office"] or None,
            is_mobile={"yes": True, "no": False}.get(data["mobile"]),
            may_sign_in={"yes": True, "no": False}.get(signs_in),
            never_signed_in=signs_in == "never",
            by_name=data["order"] == "name",
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, help_text=gettext_lazy("It is kept in the audit.")
    )


class CodesForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("How you know that the codes reach these members"),
        max_length=300,
        help_text=gettext_lazy("For instance: handed out at the branch meeting. It is kept in the audit."),
    )


class StandingForm(forms.Form):
    """The standing, and since when."""

    value = forms.ChoiceField(label=gettext_lazy("Standing"), choices=Standing.Value.choices)
    since = DayField(label=gettext_lazy("First day"))

    @property
    def aspect(self) -> str:
        value = self.cleaned_data["value"]
        return next(aspect for aspect, values in Standing.VALUES.items() if value in values)
