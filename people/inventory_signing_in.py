"""The inventory, continued: what is kept for signing in."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from people.inventory import ACCOUNT, NOBODY, YOU
from people.inventory_work import worker
from people.keeping import LAW, SECURITY, WITH_ACCOUNT, Held, Keeping, OnErasure

CODES = timedelta(days=30)
"""So long the log of one-time codes is kept after they ended."""

CARDS = timedelta(days=365)
"""So long a cancelled study card is kept: when somebody shows it, the branch can say what became of it."""

SESSION = Keeping(_("until the session ends"))
DAYS_2 = Keeping(_("two days"))

SIGNING_IN = (
    Held(
        "people.OneTimeCode",
        _("One-time codes made for me"),
        (
            "member",
            "purpose",
            "hashed",
            "made_by",
            "made_at",
            "expires_at",
            "tries",
            "used_at",
            "cancelled_at",
        ),
        ACCOUNT,
        SECURITY,
        Keeping(_("thirty days after they ended"), "expires_at", lambda: CODES),
        _("you; who made them"),
        on_erasure=OnErasure.DROP,
        shows=("purpose", "made_at", "expires_at", "used_at", "cancelled_at"),
    ),
    worker(
        "people.OneTimeCode",
        "made_by",
        _("One-time codes I made"),
        ("purpose", "made_at"),
        Keeping(_("thirty days after they ended")),
    ),
    Held(
        "people.SignInTry",
        _("Failed sign-ins"),
        ("scope", "at"),
        ACCOUNT,
        SECURITY,
        DAYS_2,
        NOBODY,
        member="",
        why_not_shown=_("Kept so that neither number nor network can be read from it."),
    ),
    Held(
        "people.OpenSession",
        _("Where I am signed in"),
        ("member", "session_key", "system", "programme", "network", "since", "seen_at", "card"),
        ACCOUNT,
        SECURITY,
        SESSION,
        YOU,
        on_erasure=OnErasure.DROP,
        shows=("system", "programme", "network", "since", "seen_at", "card"),
    ),
    Held(
        "people.StudyCard",
        _("My study cards"),
        (
            "key",
            "member",
            "number",
            "secret",
            "issued_by",
            "issued_at",
            "activation",
            "activation_until",
            "pin",
            "pin_set_at",
            "failed",
            "rests_until",
            "revoked_by",
            "revoked_at",
        ),
        _("to sign in with a card and a PIN"),
        SECURITY,
        Keeping(_("a year after the card was cancelled"), "revoked_at", lambda: CARDS),
        _("you; who leads your branch and above, without the PIN"),
        on_erasure=OnErasure.DROP,
        shows=(
            "number",
            "issued_at",
            "activation_until",
            "pin_set_at",
            "failed",
            "rests_until",
            "revoked_at",
        ),
    ),
    worker(
        "people.StudyCard",
        "issued_by",
        _("Study cards I made"),
        ("issued_at",),
        Keeping(_("a year after the card was cancelled")),
    ),
    worker(
        "people.StudyCard",
        "revoked_by",
        _("Study cards I cancelled"),
        ("revoked_at",),
        Keeping(_("a year after the card was cancelled")),
    ),
    Held(
        "sessions.Session",
        _("Open sessions"),
        ("session_key", "session_data", "expire_date"),
        ACCOUNT,
        SECURITY,
        SESSION,
        NOBODY,
        member="",
        why_not_shown=_("Told under: Where I am signed in."),
    ),
    Held(
        "mfa.Authenticator",
        _("Second step when signing in"),
        ("user", "type", "data", "created_at", "last_used_at"),
        ACCOUNT,
        SECURITY,
        WITH_ACCOUNT,
        YOU,
        member="user",
        on_erasure=OnErasure.DROP,
        shows=("type", "created_at", "last_used_at"),
    ),
    Held(
        "account.EmailAddress",
        _("Mail addresses"),
        ("user", "email", "verified", "primary"),
        _("none: the table of a package, always empty"),
        LAW,
        WITH_ACCOUNT,
        NOBODY,
        member="user",
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "account.EmailConfirmation",
        _("Confirmations of mail addresses"),
        ("email_address", "created", "sent", "key"),
        _("none: the table of a package, always empty"),
        LAW,
        WITH_ACCOUNT,
        NOBODY,
        member="email_address__user",
        on_erasure=OnErasure.DROP,
        shows=("created", "sent"),
    ),
)
