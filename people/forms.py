"""Forms for one's own account and for one-time codes. Their messages say what to do."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from people import codes, entering, second_step
from people.account_records import OneTimeCode
from people.models import Member
from people.tries import WaitFirst

_IDENTIFIER = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


def please_wait(wait: WaitFirst) -> ValidationError:
    """What is said after too many failures: the same to everybody, whoever was meant."""
    words = ngettext(
        "That did not work several times. Please wait %(minutes)s minute, then try again. "
        "Your branch secretary can help.",
        "That did not work several times. Please wait %(minutes)s minutes, then try again. "
        "Your branch secretary can help.",
        wait.minutes,
    )
    return ValidationError(words % {"minutes": wait.minutes}, code="wait")


class TryForm(forms.Form):
    """Something that is tried: too many failures, and there is a wait."""

    def __init__(self, request: HttpRequest, at: datetime, *args: object, **kwargs: object) -> None:
        self.request, self.at = request, at
        super().__init__(*args, **kwargs)


class SignInForm(TryForm):
    """Member number or phone, and password."""

    username = forms.CharField(
        label=gettext_lazy("Member number or phone"),
        max_length=40,
        widget=forms.TextInput(attrs={**_IDENTIFIER, "autofocus": True}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    member: Member

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if "username" in data and "password" in data:
            try:
                self.member = entering.check_password(
                    self.request, data["username"], data["password"], at=self.at
                )
            except WaitFirst as wait:
                raise please_wait(wait) from wait
            except entering.NotRight as refused:
                raise ValidationError(
                    _(
                        "Number or password is not right. Check both and try again; "
                        "your branch secretary can help."
                    )
                ) from refused
        return data


class SecondStepForm(TryForm):
    """The code of the second step, when signing in."""

    code = forms.CharField(
        label=pgettext_lazy("one-time", "Code"),
        max_length=20,
        widget=forms.TextInput(attrs={**_CODE, "autofocus": True}),
    )

    def __init__(
        self, request: HttpRequest, at: datetime, *args: object, member: Member, **kwargs: object
    ) -> None:
        self.member = member
        super().__init__(request, at, *args, **kwargs)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        try:
            entering.check_second_step(self.request, self.member, code, at=self.at)
        except WaitFirst as wait:
            raise please_wait(wait) from wait
        except second_step.NotTheCode as refused:
            raise ValidationError(
                _("This code is not right, or was used already. Wait for the next one and type it.")
            ) from refused
        return code


class EnrolForm(forms.Form):
    """The first code that the telephone shows."""

    code = forms.CharField(
        label=gettext_lazy("Code on the telephone"),
        max_length=20,
        widget=forms.TextInput(attrs={**_CODE, "inputmode": "numeric"}),
    )


class OwnWordForm(TryForm):
    """The own password once more, before something that protects the account is changed."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        try:
            entering.confirm_password(self.request, password, at=self.at)
        except WaitFirst as wait:
            raise please_wait(wait) from wait
        except entering.NotRight as refused:
            raise ValidationError(_("The password is not right.")) from refused
        return password


class OwnPasswordForm(PasswordChangeForm):
    """Change one's own password; the old one is asked for, and not guessed without end."""

    def __init__(self, request: HttpRequest, at: datetime, *args: Any, **kwargs: Any) -> None:
        self.request, self.at = request, at
        super().__init__(request.user, *args, **kwargs)

    def clean_old_password(self) -> str:
        password = self.cleaned_data["old_password"]
        try:
            entering.confirm_password(self.request, password, at=self.at)
        except WaitFirst as wait:
            raise please_wait(wait) from wait
        except entering.NotRight as refused:
            words = self.error_messages["password_incorrect"]
            raise ValidationError(words, code="password_incorrect") from refused
        return password


class FirstPasswordForm(SetPasswordForm):
    """Choose a password with a one-time code."""


class OneTimeCodeForm(TryForm):
    """The code that the branch secretary has made."""

    username = forms.CharField(
        label=gettext_lazy("Member number or phone"),
        max_length=40,
        widget=forms.TextInput(attrs=_IDENTIFIER),
    )
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        max_length=20,
        help_text=gettext_lazy(
            "Eight signs in two groups, as it stands on the paper. Capital or small is the same."
        ),
        widget=forms.TextInput(attrs=_CODE),
    )
    found: OneTimeCode

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if "username" in data and "code" in data:
            try:
                self.found = entering.check_one_time_code(
                    self.request, data["username"], data["code"], at=self.at
                )
            except WaitFirst as wait:
                raise please_wait(wait) from wait
            except codes.NotAGoodCode as refused:
                raise ValidationError(
                    _(
                        "Number or code is not right, or the code is no longer valid. Check both; "
                        "your branch secretary can make a new code."
                    )
                ) from refused
        return data


class HandCodeForm(forms.Form):
    """Make a one-time code for a member."""

    purpose = forms.ChoiceField(label=gettext_lazy("What for"), choices=OneTimeCode.Purpose.choices)
    reason = forms.CharField(
        label=gettext_lazy("How you know that it is this member who asks"),
        max_length=200,
        help_text=gettext_lazy("For instance: came to the branch; known by voice. It is kept in the audit."),
    )
