"""Forms for one's own account. Their messages say what to do."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """Member number or phone, and password."""

    username = forms.CharField(
        label=_("Member number or phone"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {
        "invalid_login": _(
            "Number or password is not right. Check both and try again; your branch secretary can help."
        ),
        "inactive": _("This account is closed. Please ask your branch secretary."),
    }


class OwnPasswordForm(PasswordChangeForm):
    """Change one's own password; the old one is asked for."""
