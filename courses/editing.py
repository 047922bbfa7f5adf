"""What editors and reviewers may do in the editor's pages."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page

PAGE_ACTS = {
    "Editors": ("add_page", "change_page", "publish_page"),
    "Moderators": ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
}
"""Publishing by editors ends when the review workflow begins."""

SNIPPETS = ("question", "quiz")


def grant_editors(**kwargs: Any) -> None:
    """Give the two groups their permissions; run after each migration, changes nothing the second time."""
    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    for name, codenames in PAGE_ACTS.items():
        group, _created = Group.objects.get_or_create(name=name)
        acts = Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames)
        for permission in acts:
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        bank = [f"{act}_{model}" for act in ("add", "change", "view") for model in SNIPPETS]
        group.permissions.add(
            *Permission.objects.filter(content_type__app_label="quizzes", codename__in=bank),
            *Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin"),
            *Permission.objects.filter(codename="submit_translation"),
        )
