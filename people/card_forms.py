"""Forms of the study card: its number, its PIN, the code for the first use. Their messages say what to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people import card_entering, entering
from people.card_entering import InHand, NoCardInHand, NotANumber, NotValid
from people.card_tries import CardLocked, CardRests, WrongPin, try_pin
from people.forms import TryForm, please_wait
from people.leading import Refusal
from people.models import Member, StudyCard
from people.pins import LONGEST, SHORTEST, tidy_pin
from people.tries import WaitFirst

_DIGITS = {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false", "class": "digits"}
_SECRET = {**_DIGITS, "data-digits": str(LONGEST)}


class _Digits(forms.PasswordInput):
    """Dots while typing, the device's digits for a keyboard, and nothing filled in by the browser."""

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs={**_SECRET, **attrs})


def _pin(label: Any, **attrs: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=40, widget=_Digits(**attrs))


def said_of(wrong: Exception, at: datetime) -> ValidationError:
    """What is said when a PIN or a code was not accepted: alike for every card, and for none."""
    if isinstance(wrong, WrongPin):
        return ValidationError(_not_right(wrong.left), code="wrong")
    if isinstance(wrong, CardRests):
        words = ngettext(
            "The card rests after five wrong tries. Please wait %(minutes)s minute, then try again.",
            "The card rests after five wrong tries. Please wait %(minutes)s minutes, then try again.",
            wrong.minutes,
        )
        return ValidationError(words % {"minutes": wrong.minutes}, code="rests")
    if isinstance(wrong, CardLocked):
        return ValidationError(
            _("The card is locked after ten wrong tries. Your branch opens it again: please ring."),
            code="locked",
        )
    raise wrong


def _not_right(left: int) -> str:
    if not left:
        return _("That was not right, several times in a row. Please wait, or ring your contact person.")
    words = ngettext(
        "That is not right. You can try %(left)s more time.",
        "That is not right. You can try %(left)s more times.",
        left,
    )
    return words % {"left": left}


class CardNumberForm(TryForm):
    """The number that is printed on the card, or what its QR holds (sent by the page itself)."""

    number = forms.CharField(
        label=gettext_lazy("Card number"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Nine digits, in threes, as printed on the card."),
        widget=forms.TextInput(attrs=_DIGITS),
    )
    secret = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if data.get("secret"):
            self._show(data["secret"])
        elif "number" in data:
            try:
                card_entering.type_number(self.request, data["number"], at=self.at)
            except NotANumber as slip:
                words = _("This is not the number of a card. Please compare it digit by digit.")
                raise ValidationError({"number": words}) from slip
        return data

    def _show(self, secret: str) -> None:
        try:
            card_entering.show_card(self.request, secret, at=self.at)
        except WaitFirst as wait:
            raise please_wait(wait) from wait
        except NotValid as refused:
            raise ValidationError(
                _(
                    "This card is not valid here. Perhaps there is a newer one; else your branch prints "
                    "another."
                )
            ) from refused


class CardForm(TryForm):
    """What a member types with a card in hand; `save` signs in."""

    def __init__(self, request: HttpRequest, at: datetime, *args: Any, hand: InHand, **kwargs: Any) -> None:
        self.hand = hand
        super().__init__(request, at, *args, **kwargs)

    def _do(self, data: dict) -> Member:
        raise NotImplementedError

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        try:
            self.member = self._do(data)
        except WaitFirst as wait:
            raise please_wait(wait) from wait
        except (WrongPin, CardRests, CardLocked) as wrong:
            raise said_of(wrong, self.at) from wrong
        except Refusal as refusal:
            raise ValidationError({"pin": refusal.words}) from refusal
        except NoCardInHand as gone:
            raise ValidationError(
                _("This card is no longer valid. Please ring your contact person.")
            ) from gone
        return data


def _stays() -> forms.BooleanField:
    return forms.BooleanField(label=gettext_lazy("Stay signed in on this device"), required=False)


class PinForm(CardForm):
    """The PIN."""

    pin = _pin(gettext_lazy("PIN"), autofocus="autofocus")
    stays = _stays()

    def _do(self, data: dict) -> Member:
        return card_entering.sign_in_by_card(
            self.request, self.hand, data["pin"], stays=data["stays"], at=self.at
        )


class FirstUseForm(CardForm):
    """The code for the first use, and a PIN of one's own choosing."""

    code = _pin(gettext_lazy("Code for the first use"))
    pin = _pin(gettext_lazy("A PIN of your own: four to six digits"))
    again = _pin(gettext_lazy("The same PIN once more"))
    stays = _stays()

    def _do(self, data: dict) -> Member:
        return card_entering.activate(
            self.request,
            self.hand,
            data["code"],
            data["pin"],
            data["again"],
            stays=data["stays"],
            at=self.at,
        )


class NewPinForm(TryForm):
    """Another PIN, for who says the old one (signed in by card) or the password."""

    old = _pin(gettext_lazy("The PIN of now"))
    pin = _pin(gettext_lazy("The new PIN: four to six digits"))
    again = _pin(gettext_lazy("The new PIN once more"))

    def __init__(
        self, request: HttpRequest, at: datetime, *args: Any, card: StudyCard, **kwargs: Any
    ) -> None:
        self.card = card
        super().__init__(request, at, *args, **kwargs)
        if not request.user.by_card:
            self.fields["old"] = forms.CharField(
                label=_("Your password"),
                strip=False,
                max_length=256,
                widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            )

    def clean_old(self) -> str:
        old = self.cleaned_data["old"]
        try:
            if self.request.user.by_card:
                try_pin(self.card, tidy_pin(old), number=self.card.number, at=self.at)
            else:
                entering.confirm_password(self.request, old, at=self.at)
        except WaitFirst as wait:
            raise please_wait(wait) from wait
        except entering.NotRight as refused:
            raise ValidationError(_("The password is not right.")) from refused
        except (WrongPin, CardRests, CardLocked) as wrong:
            raise said_of(wrong, self.at) from wrong
        return old

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                card_entering.change_pin(self.request, self.card, data["pin"], data["again"], at=self.at)
            except Refusal as refusal:
                raise ValidationError({"pin": refusal.words}) from refusal
        return data


PIN_LENGTHS = {"shortest": SHORTEST, "longest": LONGEST}
