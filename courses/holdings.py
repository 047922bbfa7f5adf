"""What this room holds of people: who uploaded a document, and what readers keep and tell."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from courses.importing.holdings import IMPORTED
from courses.reading_holdings import READERS
from people.keeping import LAW, Held, Keeping

INVENTORY = (
    *READERS,
    *IMPORTED,
    Held(
        "courses.PrivateDocument",
        _("Documents of lessons I uploaded"),
        ("uploaded_by_user",),
        _("to know who wrote what"),
        LAW,
        Keeping(_("as long as what was written")),
        _("you; editors"),
        member="uploaded_by_user",
        shows=("title", "created_at"),
    ),
)

CONTENT = ("courses.PrivateDocument",)
