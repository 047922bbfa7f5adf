"""
The inventory of personal data of this room and of the packages: every field, its purpose and its end.

Higher rooms add theirs (`people.slots.register_inventory`). A test fails when a field is missing here. The
table in docs/data-protection.md and the privacy page are made from it; so are My data, erasure and retention.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from people.keeping import (
    CONSENT,
    LAW,
    RIGHTS,
    SECURITY,
    WITH_ACCOUNT,
    Held,
    Keeping,
    OnErasure,
    years_of_requests,
)

YOU = _("you")
LEADERS = _("you; who leads your branch and above")
OFFICES = _("you; offices of your branch and above")
BRANCH_COMMITTEE = _("you; your branch's committee; your visitor")
NOBODY = _("nobody")
AUDITOR = _("the audit administrator; you, in counts")

BELONGING = _("to know where you study and who looks after it")
ACCOUNT = _("to sign in safely")
ARRANGING = _("to bring study to those who cannot come")
RECKONING = _("to say who did what in an office")
ANSWERING = _("to answer what members ask for, and to prove it")
WRITING = _("to know who wrote what")

_years = lazy(lambda: settings.REQUEST_YEARS, int)
REQUESTS = format_lazy(_("{years} years after the answer"), years=_years())

MEMBER = (
    Held(
        "people.Member",
        _("Name and number"),
        ("key", "number", "name", "name_latin"),
        _("to know whose study it is"),
        LAW,
        WITH_ACCOUNT,
        OFFICES,
        member="pk",
        on_erasure=OnErasure.BLANK,
    ),
    Held(
        "people.Member",
        _("Telephone"),
        ("phone", "phone_index"),
        _("so that the branch and the visitor can ring you; to sign in"),
        CONSENT,
        Keeping(_("until you withdraw your consent")),
        _(
            "you; who leads your branch, or the branch you are a guest of, and above; your visitor; your "
            "contact person; if you lead a branch, its members"
        ),
        member="pk",
        on_erasure=OnErasure.BLANK,
        shows=("phone",),
    ),
    Held(
        "people.Member",
        _("Year of birth"),
        ("birth_year",),
        _("to look after older members"),
        LAW,
        WITH_ACCOUNT,
        OFFICES,
        member="pk",
        on_erasure=OnErasure.BLANK,
    ),
    Held(
        "people.Member",
        _("Account"),
        (
            "prefers_large_print",
            "look",
            "is_active",
            "is_superuser",
            "last_login",
            "password_set_at",
            "erased_at",
        ),
        ACCOUNT,
        SECURITY,
        WITH_ACCOUNT,
        YOU,
        member="pk",
        on_erasure=OnErasure.BLANK,
    ),
    Held(
        "people.Member",
        _("Password"),
        ("password",),
        ACCOUNT,
        SECURITY,
        WITH_ACCOUNT,
        NOBODY,
        member="pk",
        on_erasure=OnErasure.BLANK,
        why_not_shown=_("Only a check value is kept; nobody can read the password from it."),
    ),
    Held(
        "people.Member",
        _("Permissions in the editor's pages"),
        ("groups", "user_permissions"),
        ACCOUNT,
        SECURITY,
        Keeping(_("follow from your offices, day by day")),
        YOU,
        member="pk",
        on_erasure=OnErasure.BLANK,
        why_not_shown=_("They follow from your offices."),
    ),
)

BELONGINGS = (
    Held(
        "people.Affiliation",
        _("Where I belong"),
        ("member", "branch", "group", "kind", "since", "until"),
        BELONGING,
        LAW,
        WITH_ACCOUNT,
        OFFICES,
        on_erasure=OnErasure.END,
        shows=("kind", "branch", "group", "since", "until"),
    ),
    Held(
        "people.Office",
        _("My offices"),
        ("member", "organisation", "kind", "since", "until", "given_by", "stands_in_for"),
        _("to know who may do and see what"),
        LAW,
        WITH_ACCOUNT,
        OFFICES,
        on_erasure=OnErasure.END,
        shows=("kind", "organisation", "since", "until"),
    ),
    Held(
        "people.Office",
        _("Offices I gave"),
        ("given_by",),
        RECKONING,
        LAW,
        WITH_ACCOUNT,
        OFFICES,
        member="given_by",
        shows=("kind", "organisation", "since", "until"),
    ),
    Held(
        "people.Standing",
        _("My standing"),
        ("member", "aspect", "value", "since"),
        BELONGING,
        LAW,
        WITH_ACCOUNT,
        OFFICES,
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "people.HomeStudy",
        _("Home study"),
        ("member", "since", "review_on", "until"),
        ARRANGING,
        LAW,
        WITH_ACCOUNT,
        BRANCH_COMMITTEE,
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "people.Pairing",
        _("Visits to me"),
        ("member", "visitor", "since", "until"),
        ARRANGING,
        LAW,
        WITH_ACCOUNT,
        BRANCH_COMMITTEE,
        on_erasure=OnErasure.DROP,
    ),
    Held(
        "people.Pairing",
        _("Members I visit"),
        ("visitor", "since", "until"),
        ARRANGING,
        LAW,
        WITH_ACCOUNT,
        LEADERS,
        member="visitor",
        on_erasure=OnErasure.END,
    ),
)

REQUESTED = (
    Held(
        "people.NoticeRead",
        _("Privacy notices I have read"),
        ("member", "version", "at"),
        ANSWERING,
        RIGHTS,
        WITH_ACCOUNT,
        YOU,
    ),
    Held(
        "people.Consent",
        _("My consents"),
        ("member", "purpose", "given", "notice", "at"),
        ANSWERING,
        RIGHTS,
        WITH_ACCOUNT,
        YOU,
    ),
    Held(
        "people.CorrectionRequest",
        _("Corrections I asked for"),
        ("key", "member", "matter", "should_be", "asked_at", "due_on"),
        ANSWERING,
        RIGHTS,
        Keeping(REQUESTS, "answer__at", years_of_requests, {"answer__isnull": False}),
        _("you; who leads your branch"),
        on_erasure=OnErasure.DROP,
        shows=("matter", "should_be", "asked_at", "due_on"),
    ),
    Held(
        "people.CorrectionAnswer",
        _("Answers to them"),
        ("request", "outcome", "words", "at"),
        ANSWERING,
        RIGHTS,
        Keeping(REQUESTS),
        _("you; who leads your branch"),
        member="request__member",
        on_erasure=OnErasure.DROP,
        shows=("outcome", "words", "at"),
    ),
    Held(
        "people.CorrectionAnswer",
        _("Requests I answered"),
        ("by", "at"),
        RECKONING,
        RIGHTS,
        Keeping(REQUESTS),
        LEADERS,
        member="by",
        shows=("at", "outcome"),
    ),
    Held(
        "people.Erasure",
        _("Erasures of my data that were asked for"),
        ("key", "member", "reason", "asked_by", "asked_at", "due_on"),
        ANSWERING,
        RIGHTS,
        Keeping(REQUESTS, "decision__at", years_of_requests, {"decision__isnull": False}),
        _("you; the security administrator; who confirms it"),
        shows=("reason", "asked_at", "due_on"),
    ),
    Held(
        "people.Erasure",
        _("Erasures of others that I asked for"),
        ("asked_by", "asked_at"),
        RECKONING,
        RIGHTS,
        Keeping(REQUESTS),
        _("the security administrator"),
        member="asked_by",
        shows=("asked_at",),
    ),
    Held(
        "people.ErasureDecision",
        _("What became of them"),
        ("erasure", "outcome", "words", "at"),
        ANSWERING,
        RIGHTS,
        Keeping(REQUESTS),
        _("you; the security administrator; who confirms it"),
        member="erasure__member",
        shows=("outcome", "words", "at"),
    ),
    Held(
        "people.ErasureDecision",
        _("Erasures I decided on"),
        ("by", "at"),
        RECKONING,
        RIGHTS,
        Keeping(REQUESTS),
        _("the security administrator"),
        member="by",
        shows=("at", "outcome"),
    ),
    Held(
        "people.AuditEntry",
        _("Who did or looked at what"),
        ("at", "actor", "action", "subject", "organisation", "address", "outcome", "reason", "details"),
        _("so that access can be checked"),
        SECURITY,
        Keeping(_("whole months, 180 days or longer; 400 days unless set otherwise")),
        AUDITOR,
        member="",
        why_not_shown=_("Told as counts under: Who looked at my record."),
    ),
)
