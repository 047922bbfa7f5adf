"""The groups of Wagtail's permissions that offices give; who is in them follows from today's offices."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import Collection, GroupCollectionPermission

from people.admin.access import opens_administration
from people.offices import WAGTAIL_GROUPS, Office

PEOPLE = "People"
"""For whom the administration opens, and nothing else of Wagtail."""

SETTINGS = "Settings"
"""For the system administrator: addresses, languages, redirects, collections, the steps of a review."""

_SETTINGS_MODELS = {
    "wagtailcore": ("site", "locale", "workflow", "task"),
    "wagtailredirects": ("redirect",),
}


def groups_of(offices: Iterable[Office]) -> set[str]:
    """Return the names of the groups that follow from these offices."""
    wanted = set()
    for office in offices:
        if office.kind in WAGTAIL_GROUPS:
            wanted.add(WAGTAIL_GROUPS[office.kind])
        elif opens_administration(office):
            wanted.add(PEOPLE)
        if office.kind == Office.Kind.SYSTEM_ADMINISTRATOR:
            wanted.add(SETTINGS)
    return wanted


def grant_office_holders(**kwargs: Any) -> None:
    """Give both groups exactly their permissions; run after each migration, and harmless when repeated."""
    access = Q(content_type__app_label="wagtailadmin", codename="access_admin")
    settings = access
    for app, models in _SETTINGS_MODELS.items():
        names = [f"{act}_{model}" for act in ("add", "change", "delete", "view") for model in models]
        settings |= Q(content_type__app_label=app, codename__in=names)
    for name, wanted in ((PEOPLE, access), (SETTINGS, settings)):
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(wanted))
    root = Collection.objects.filter(depth=1).first()
    if root is not None:
        acts = Permission.objects.filter(
            content_type__app_label="wagtailcore",
            codename__in=["add_collection", "change_collection", "delete_collection"],
        )
        for act in acts:
            GroupCollectionPermission.objects.get_or_create(
                group=Group.objects.get(name=SETTINGS), collection=root, permission=act
            )
