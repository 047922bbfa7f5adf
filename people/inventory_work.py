"""The inventory, continued: moving, workbooks and jobs, and what the packages keep."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from people.inventory import ACCOUNT, ARRANGING, BELONGING, LEADERS, NOBODY, RECKONING, WRITING, YOU
from people.keeping import CONSENT, LAW, SECURITY, WITH_ACCOUNT, Held, Keeping, OnErasure

EDITORS = _("you; editors")
ASKER = _("you")
WITH_CONTENT = Keeping(_("as long as what was written"))
DAYS_30 = Keeping(_("thirty days"))
ADDED_LATER = _("It concerns others; who worked on it sees it where the work was done.")


def worker(model: str, member: str, what: object, columns: tuple[str, ...], keeping: Keeping) -> Held:
    """What somebody did in an office or as an editor: the row is about something else, the name is theirs."""
    return Held(
        model, what, (member,), RECKONING, LAW, keeping, LEADERS, member=member, shows=columns
    )  # fmt: skip


def _written(model: str, member: str, what: object, columns: tuple[str, ...]) -> Held:
    """Who wrote or uploaded something for everybody."""
    return Held(
        model, what, (member,), WRITING, LAW, WITH_CONTENT, EDITORS, member=member, shows=columns
    )  # fmt: skip


MOVING = (
    Held(
        "people.MobileRegistration",
        _("Registered as a mobile member"),
        ("key", "member", "branch", "receiving", "contact", "since", "months", "until"),
        BELONGING,
        LAW,
        WITH_ACCOUNT,
        _("you; who leads the two branches and above; your contact person"),
        on_erasure=OnErasure.DROP,
        shows=("branch", "receiving", "since", "months", "until"),
    ),
    worker(
        "people.MobileRegistration",
        "contact",
        _("Mobile members I keep in contact with"),
        ("since", "until"),
        WITH_ACCOUNT,
    ),
    Held(
        "people.ContactMade",
        _("Contacts with me while I was away"),
        ("member", "by", "on", "noted_at"),
        ARRANGING,
        LAW,
        WITH_ACCOUNT,
        _("you; who leads the two branches and above; your contact person"),
        on_erasure=OnErasure.DROP,
        shows=("on", "noted_at"),
    ),
    worker("people.ContactMade", "by", _("Contacts I noted"), ("on", "noted_at"), WITH_ACCOUNT),
    Held(
        "people.Transfer",
        _("Transfers of my study record"),
        (
            "key", "member", "origin", "target", "group", "state", "asked_from", "asked_by", "asked_at",
            "answered_by", "answered_at", "reason", "effective_on", "undone_by", "undone_at", "ended",
        ),
        BELONGING,
        LAW,
        WITH_ACCOUNT,
        _("you; who leads the two branches and above"),
        on_erasure=OnErasure.DROP,
        shows=(
            "origin", "target", "group", "state", "asked_at", "answered_at", "reason", "effective_on",
            "undone_at",
        ),
    ),
    worker("people.Transfer", "asked_by", _("Transfers I asked for"), ("asked_at", "state"), WITH_ACCOUNT),
    worker(
        "people.Transfer", "answered_by", _("Transfers I answered"), ("answered_at", "state"), WITH_ACCOUNT
    ),
    worker("people.Transfer", "undone_by", _("Transfers I undid"), ("undone_at",), WITH_ACCOUNT),
)  # fmt: skip

WORKING = (
    Held(
        "people.ImportBatch",
        _("Workbooks of people I brought in"),
        ("key", "asked_by", "file_name", "state", "asked_at", "written_at", "job"),
        RECKONING,
        LAW,
        DAYS_30,
        ASKER,
        member="asked_by",
        shows=("file_name", "state", "asked_at", "written_at"),
    ),
    Held(
        "people.ImportBatch",
        _("What such a workbook says of members"),
        ("file", "report", "skip"),
        _("to check and take back an import"),
        LAW,
        DAYS_30,
        _("who brought it in"),
        member="",
        why_not_shown=ADDED_LATER,
    ),
    Held(
        "people.ImportedRow",
        _("What a row was before an import"),
        ("batch", "table", "row", "before", "digest"),
        _("to check and take back an import"),
        LAW,
        DAYS_30,
        _("who brought it in"),
        member="",
        why_not_shown=ADDED_LATER,
    ),
    Held(
        "people.WorkbookExport",
        _("Workbooks of people I asked for"),
        ("key", "asked_by", "organisation", "form", "reason", "asked_at", "job"),
        RECKONING,
        LAW,
        Keeping(_("as long as the account; the file for a week")),
        ASKER,
        member="asked_by",
        shows=("organisation", "form", "reason", "asked_at"),
    ),
    Held(
        "people.WorkbookExport",
        _("What such a workbook says of members"),
        ("file",),
        _("what the reason given for the export says"),
        LAW,
        Keeping(_("a week")),
        _("who asked for it"),
        member="",
        why_not_shown=ADDED_LATER,
    ),
    Held(
        "jobs.Job",
        _("Long work I asked for"),
        ("key", "kind", "asked_by", "state", "asked_at", "began_at", "ended_at", "result"),
        RECKONING,
        LAW,
        Keeping(_("thirty days after it ended"), "ended_at", lambda: timedelta(days=30)),
        ASKER,
        member="asked_by",
        shows=("kind", "state", "asked_at", "ended_at"),
    ),
    Held(
        "django_tasks_database.DBTaskResult",
        _("Tasks that wait or are done"),
        ("args_kwargs",),
        _("to do long work one after the other"),
        LAW,
        Keeping(_("two weeks")),
        NOBODY,
        member="",
        why_not_shown=_("They hold row numbers only."),
    ),
)

_LOGGED = ("label", "action", "timestamp")

PACKAGES = (
    Held(
        "wagtailusers.UserProfile",
        _("Settings of the editor's pages"),
        (
            "user", "submitted_notifications", "approved_notifications", "rejected_notifications",
            "updated_comments_notifications", "preferred_language", "current_time_zone", "avatar",
            "dismissibles", "theme", "contrast", "density", "keyboard_shortcuts",
        ),
        _("so that the editor's pages look as you chose"),
        CONSENT,
        WITH_ACCOUNT,
        YOU,
        member="user",
        on_erasure=OnErasure.DROP,
        shows=("preferred_language", "theme", "contrast", "density"),
    ),
    Held(
        "wagtailadmin.FormState",
        _("Unsaved work in the editor's pages"),
        ("user", "data", "last_updated_at"),
        WRITING,
        LAW,
        Keeping(_("thirty days"), "last_updated_at", lambda: timedelta(days=30)),
        YOU,
        member="user",
        on_erasure=OnErasure.DROP,
        shows=("last_updated_at",),
    ),
    Held(
        "wagtailadmin.EditingSession",
        _("Pages being edited right now"),
        ("user", "last_seen_at", "is_editing"),
        _("so that two do not edit the same page"),
        LAW,
        Keeping(_("a day"), "last_seen_at", lambda: timedelta(days=1)),
        EDITORS,
        member="user",
        on_erasure=OnErasure.DROP,
        shows=("last_seen_at", "is_editing"),
    ),
    Held(
        "wagtailcore.APIToken",
        _("Keys to the editor's interface"),
        ("user", "name", "key_hash", "prefix", "created", "revoked_at", "last_used_at"),
        ACCOUNT,
        SECURITY,
        WITH_ACCOUNT,
        YOU,
        member="user",
        on_erasure=OnErasure.DROP,
        shows=("name", "created", "last_used_at", "revoked_at"),
    ),
    Held(
        "wagtailcore.PageSubscription",
        _("Pages I follow"),
        ("user",),
        WRITING,
        LAW,
        WITH_CONTENT,
        YOU,
        member="user",
        on_erasure=OnErasure.DROP,
        shows=("page",),
    ),
    _written("wagtailcore.Page", "owner", _("Pages I made"), ("title", "first_published_at")),
    _written("wagtailcore.Page", "locked_by", _("Pages I locked"), ("title", "locked_at")),
    _written("wagtailcore.Revision", "user", _("Versions I saved"), ("object_str", "created_at")),
    _written("wagtailcore.PageLogEntry", "user", _("What I did with pages"), _LOGGED),
    _written("wagtailcore.ModelLogEntry", "user", _("What I did with questions and files"), _LOGGED),
    _written("wagtailcore.Comment", "user", _("Comments I wrote"), ("text", "created_at")),
    _written("wagtailcore.Comment", "resolved_by", _("Comments I settled"), ("resolved_at",)),
    _written("wagtailcore.CommentReply", "user", _("Replies I wrote"), ("text", "created_at")),
    _written("wagtailcore.UploadedFile", "uploaded_by_user", _("Files being uploaded"), ("file",)),
    _written("wagtailcore.WorkflowState", "requested_by", _("Reviews I asked for"), ("created_at",)),
    _written("wagtailcore.TaskState", "finished_by", _("Reviews I finished"), ("finished_at",)),
    _written("wagtailimages.Image", "uploaded_by_user", _("Pictures I uploaded"), ("title", "created_at")),
    _written("wagtaildocs.Document", "uploaded_by_user", _("Documents I uploaded"), ("title", "created_at")),
)  # fmt: skip

CONTENT = (
    "wagtailcore.Page",
    "wagtailcore.Revision",
    "wagtailcore.PageLogEntry",
    "wagtailcore.ModelLogEntry",
    "wagtailcore.Comment",
    "wagtailcore.CommentReply",
    "wagtailcore.UploadedFile",
    "wagtailcore.WorkflowState",
    "wagtailcore.TaskState",
    "wagtailcore.PageSubscription",
    "wagtailadmin.FormState",
    "wagtailadmin.EditingSession",
    "wagtailimages.Image",
    "wagtaildocs.Document",
    "jobs.Job",
)
"""About something else: only who wrote it is personal (and what else is listed above)."""
