"""What editors say when they export or import a course."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ExportForm(forms.Form):
    """Which languages go into the archive."""

    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )


class ImportForm(forms.Form):
    """An archive."""

    file = forms.FileField(label=_("Archive (.zip)"))
