"""What editors and reviewers may do in the editor's pages."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

PAGE_ACTS = {
    "Editors": ("add_page", "change_page"),
    "Moderators": ("add_page", "change_page", "lock_page", "unlock_page"),
}
"""Nobody is given Wagtail's act of publishing: an approval publishes. What reviewers may do beyond editors:
`courses.under_review`."""

SNIPPETS = ("question", "case", "quiz")

SOURCES = {"Editors": ("add", "change", "view"), "Moderators": ("add", "change", "view", "publish", "delete")}
"""Editors propose works and passages; reviewers publish them. What is quoted, a second person publishes."""


def grant_editors(**kwargs: Any) -> None:
    """Give the two groups their permissions; run after each migration, changes nothing the second time."""
    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    for name, codenames in PAGE_ACTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        acts = Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames)
        given = GroupPagePermission.objects.filter(group=group)
        given.exclude(page=root, permission__in=acts).delete()
        for permission in acts:
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        bank = [f"{act}_{model}" for act in ("add", "change", "view") for model in SNIPPETS]
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="quizzes", codename__in=bank),
            *Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin"),
            *Permission.objects.filter(codename="submit_translation"),
            *Permission.objects.filter(
                content_type__app_label="sources",
                codename__in=[f"{act}_{model}" for act in SOURCES[name] for model in ("work", "passage")],
            ),
        )
