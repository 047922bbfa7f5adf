"""The form with which a member says that a record is not right."""

from django import forms
from django.utils.translation import gettext_lazy as _

from hours.objections import LONGEST


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_("What is not right, and why?"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        help_text=_(
            "For instance: I read from 8:00 to 8:30, and only 10 minutes are here. At most 500 characters."
        ),
    )
