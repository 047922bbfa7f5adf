"""Forms for what members ask about their data, and for the answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.corrections import LONGEST
from people.models import CorrectionAnswer, CorrectionRequest, Erasure, Member
from people.signing_in import tidy_identifier


class CorrectionForm(forms.Form):
    """What is wrong, and what it should be."""

    matter = forms.ChoiceField(
        label=gettext_lazy("What is wrong"), choices=[("", "—"), *CorrectionRequest.Matter.choices]
    )
    should_be = forms.CharField(
        label=gettext_lazy("What it should be"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("A sentence is enough. Please no identity number and nothing about health."),
    )


class AnswerForm(forms.Form):
    """Put right, or refused with a reason."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("", "—"), *CorrectionAnswer.Outcome.choices],
    )
    words = forms.CharField(
        label=gettext_lazy("Reason, or what was done"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The member reads this. It is needed when you refuse."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == CorrectionAnswer.Outcome.REFUSED and not data.get("words", "").strip():
            self.add_error("words", _("Please say why it is refused."))
        return data


class TelephoneForm(forms.Form):
    """The number that a member wants to be kept."""

    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        phone = tidy_identifier(self.cleaned_data["phone"])
        for check in Member._meta.get_field("phone").validators:
            check(phone)
        return phone


class OwnErasureForm(forms.Form):
    """The member says that they know what erasing means."""

    understood = forms.BooleanField(label=gettext_lazy("I know that this cannot be undone"))


class ErasureForm(forms.Form):
    """A security administrator begins an erasure: whose, and why."""

    number = forms.CharField(
        label=gettext_lazy("Member number"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=[
            ("", "—"),
            *(choice for choice in Erasure.Reason.choices if choice[0] != Erasure.Reason.OWN_REQUEST),
        ],
    )


class RefusalForm(forms.Form):
    """Why an erasure is refused; the one who asked reads it."""

    words = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
