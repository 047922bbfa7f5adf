"""Headings of My data for fields that have no words of their own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LABELS: dict[str, Any] = {
    "action": _("what"),
    "answered_at": _("answered"),
    "asked_at": _("asked"),
    "aspect": _("kind"),
    "branch": _("branch"),
    "bucket": _("kind of study"),
    "created_at": _("made"),
    "decided_at": _("decided"),
    "edition": _("lesson"),
    "effective_on": _("from that day on"),
    "ended_at": _("ended"),
    "file": _("file"),
    "frozen_at": _("approved"),
    "group": _("group"),
    "is_editing": _("being edited"),
    "key": _("opaque key"),
    "label": _("title"),
    "last_seen_at": _("last seen"),
    "last_updated_at": _("last changed"),
    "last_used_at": _("last used"),
    "object_str": _("title"),
    "organisation": _("organisation"),
    "origin": _("branch before"),
    "packet": _("study pack"),
    "page": pgettext_lazy("of the site", "page"),
    "report": _("error report"),
    "resolved_at": _("settled"),
    "seconds": _("counted seconds"),
    "sheet": _("activity record"),
    "started_at": _("began"),
    "state": _("state"),
    "target": _("receiving branch"),
    "text": _("text"),
    "type": _("kind"),
    "undone_at": _("undone"),
    "visitor": _("visitor"),
}


def label_of(model: type[models.Model], name: str) -> Any:
    """The field's own words where somebody wrote some, else the words from here."""
    own = model._meta.get_field(name).verbose_name
    return own if isinstance(own, Promise) else LABELS[name]
