"""The details of an entry of the audit, as words. What has no word here is shown by its own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

NAMES: dict[str, Any] = {
    "below": gettext_lazy("organisations below"),
    "branches": gettext_lazy("branches"),
    "entries": pgettext_lazy("of the audit", "entries"),
    "errors": gettext_lazy("errors"),
    "findings": gettext_lazy("findings"),
    "form": gettext_lazy("form"),
    "from": pgettext_lazy("place an organisation leaves", "from"),
    "is_mobile": gettext_lazy("mobile member"),
    "kind": gettext_lazy("kind"),
    "level": gettext_lazy("level"),
    "may_sign_in": gettext_lazy("may sign in"),
    "members": gettext_lazy("members"),
    "never_signed_in": gettext_lazy("has never signed in"),
    "new": gettext_lazy("new organisation"),
    "office": gettext_lazy("office"),
    "offices": gettext_lazy("offices"),
    "on": gettext_lazy("day"),
    "places": gettext_lazy("organisations"),
    "purpose": gettext_lazy("purpose"),
    "rows": gettext_lazy("rows"),
    "rows_left_out": gettext_lazy("rows left out"),
    "searched": gettext_lazy("searched for a name or number"),
    "sector": gettext_lazy("sector"),
    "sessions": gettext_lazy("sessions"),
    "shown": gettext_lazy("what was shown"),
    "since": gettext_lazy("first day"),
    "standing": gettext_lazy("standing"),
    "to": pgettext_lazy("place an organisation goes to", "to"),
    "under": gettext_lazy("below the organisation"),
    "unsealed": gettext_lazy("not yet sealed"),
    "until": gettext_lazy("last day"),
    "version": gettext_lazy("version"),
}


def details_in_words(details: Mapping[str, Any]) -> str:
    """Return name and value of each detail."""
    return _("; ").join(
        _("%(name)s: %(value)s") % {"name": NAMES.get(name, name), "value": _value(value)}
        for name, value in details.items()
    )


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return _(", ").join(str(each) for each in value)
    return str(value)
