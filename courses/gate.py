"""The one question whether a member may read a lesson. Page, API, quiz places and documents ask it here."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from wagtail.models import Page, PageViewRestriction

from courses.models import LessonEdition, LessonEditionQuerySet
from courses.slots import gates_agree
from people.models import Member


class Readable(Protocol):
    """A lesson as it was published: a model, or a light row of what is live."""

    translation_key: UUID
    is_live: bool


def may_read(member: Member, edition: Readable) -> bool:
    """True when the member may read this live edition now. `edition` comes from `readable_editions`."""
    return member.is_active and edition.is_live and gates_agree(member, edition.translation_key)


def is_restricted(page: Page) -> bool:
    """True when an editor closed the page or one above it: then it is no page for anyone. One query."""
    return page.get_view_restrictions().exists()


def current_edition(edition: LessonEdition) -> LessonEdition | None:
    """The edition that now stands where `edition` was published; None when the lesson was withdrawn."""
    same = {"translation_key": edition.translation_key, "language": edition.language}
    return readable_editions().filter(**same).first()


def readable_editions() -> LessonEditionQuerySet:
    """Live editions whose page is published and neither it nor a page above it is restricted."""
    path = ExpressionWrapper(OuterRef("page__path"), output_field=CharField())
    restricted = PageViewRestriction.objects.annotate(below=path).filter(below__startswith=F("page__path"))
    return (
        LessonEdition.objects.live()
        .filter(page__live=True)
        .exclude(Exists(restricted))
        .select_related("page")
        .order_by("page__path")
    )
