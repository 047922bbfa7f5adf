"""Which changes of the tree have a page, what each asks, what it would do, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people import tree, tree_joining, tree_previews
from people.admin import tree_forms
from people.audit import shortened_address
from people.models import Organisation
from people.tree_previews import Preview


@dataclass(frozen=True)
class Change:
    """A change of the tree. `below_root`: not of the viewer's own organisation, only of what lies below."""

    title: Any
    about: Any
    done: Any
    form: type[tree_forms.TreeForm]
    preview: Callable[..., Preview]
    do: Callable[..., Organisation]
    below_root: bool = True

    def told(self, this: Organisation, form: tree_forms.TreeForm) -> Preview:
        """What it would do."""
        return self.preview(this, **({"on": localdate()} | form.values() | {"at": now()}))

    def make(self, request: HttpRequest, this: Organisation, form: tree_forms.TreeForm) -> Organisation:
        """Do it, and return the organisation to go on to."""
        address = shortened_address(request)
        return self.do(this, **form.values(), by=request.user, at=now(), address=address)


def _found(parent: Organisation, **given: Any) -> Organisation:
    return tree.found(under=parent, **given)


def _preview_found(parent: Organisation, **given: Any) -> Preview:
    return tree_previews.preview_found(under=parent, **given)


CHANGES = {
    "found": Change(
        _("Found an organisation below"),
        _("It begins on the day given, without members and offices."),
        _("The organisation is founded."),
        tree_forms.FoundForm,
        _preview_found,
        _found,
        below_root=False,
    ),
    "rename": Change(
        pgettext_lazy("an organisation", "Rename"),
        _("The earlier name stays in the past of the organisation."),
        _("The name is changed."),
        tree_forms.RenameForm,
        tree_previews.preview_rename,
        tree.rename,
    ),
    "describe": Change(
        _("Sector, level, code"),
        _("These are not dated: the last entry counts."),
        _("The entries are changed."),
        tree_forms.DescribeForm,
        tree_previews.preview_describe,
        tree.describe,
    ),
    "move": Change(
        pgettext_lazy("an organisation", "Move"),
        _("It goes below another organisation, with all that is below it. Offices and members stay its own."),
        _("The organisation is moved."),
        tree_forms.MoveForm,
        tree_previews.preview_move,
        tree.move,
    ),
    "merge": Change(
        pgettext_lazy("an organisation", "Merge"),
        _(
            "Its members and what is below it go over to another organisation. Its offices end, and it is"
            " closed."
        ),
        _("The organisations are merged."),
        tree_forms.MergeForm,
        tree_previews.preview_merge,
        tree_joining.merge,
    ),
    "split": Change(
        pgettext_lazy("an organisation", "Split"),
        _("A new organisation of the same kind is founded beside it, and those chosen go there."),
        _("The organisation is split. Offices of the new one are still to be given."),
        tree_forms.SplitForm,
        tree_previews.preview_split,
        tree_joining.split,
    ),
    "sector-line": Change(
        _("Sector line"),
        _("Observers of that organisation see the counts of this one and of all below it, without names."),
        _("The sector line is changed."),
        tree_forms.SectorLineForm,
        tree_previews.preview_sector_line,
        tree.set_sector_line,
    ),
    "close": Change(
        pgettext_lazy("an organisation", "Close"),
        _("Members and organisations below it must have left it. Its past stays readable."),
        _("The organisation is closed."),
        tree_forms.CloseForm,
        tree_previews.preview_close,
        tree.close,
    ),
}
"""By the word in the address."""
