"""Pages from a document: a course, its modules and lessons, all of them drafts, in one transaction."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from pypinyin import lazy_pinyin
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.importing.document import Document, Picture
from courses.importing.drafting import Drafting
from courses.importing.plan import ModulePlan, Plan, outline_of
from courses.importing.reading import package_of, picture_in
from courses.importing.records import BroughtDocument
from courses.importing.word import Tell
from jobs.work import WorkFailed
from people.admin.access import open_to
from people.models import Office
from sources.models import Passage

SLUG_LENGTH = 60
WRITERS = frozenset({Office.Kind.EDITOR, Office.Kind.REVIEWER})


def write_drafts(
    brought: BroughtDocument, document: Document, plan: Plan, *, at: datetime, tell: Tell
) -> tuple[Page, dict[str, int]]:
    """
    Make the pages, and mark the document as written.

    :raises WorkFailed: when it may not be written there, or is written already.
    :raises Cancelled: when it is to stop. Whatever happens, either all of it is there or nothing.
    """
    images: list[Any] = []
    try:
        with transaction.atomic():
            states = BroughtDocument.objects.select_for_update().filter(pk=brought.pk)
            if states.values_list("state", flat=True).first() != BroughtDocument.State.WRITING:
                raise WorkFailed("gone")
            course = _course(brought, plan)
            outline = outline_of(document, plan)
            pictures = _pictures(brought, document, plan, outline, images, tell)
            counts = _Writer(brought, document, plan, pictures).write(course, outline, tell)
            tell("finishing", 0, 0)
            states.update(state=BroughtDocument.State.WRITTEN, written_at=at, course=course)
    except BaseException:
        for image in images:
            image.file.storage.delete(image.file.name)
        raise
    return course, {**counts, "pictures": len(images)}


def _course(brought: BroughtDocument, plan: Plan) -> Page:
    """The course to add to, held until the end of the transaction; or a new one."""
    from courses.models import CoursePage, HomePage  # the records of this room are among its models

    if not open_to(brought.asked_by, WRITERS, leaders=False):
        raise WorkFailed("no_office")
    if plan.course is not None:
        found = CoursePage.objects.select_for_update(of=("self",)).filter(pk=plan.course).first()
        if found is None:
            raise WorkFailed("no_course")
        return found
    home = HomePage.objects.select_for_update(of=("self",)).get(locale__language_code=plan.language)
    return _add(home, CoursePage, plan.title, brought, category=plan.category)


def _add(parent: Page, kind: type[Page], title: str, brought: BroughtDocument, **fields: Any) -> Page:
    """A draft below a page, with its first revision."""
    page = kind(
        title=title,
        slug=free_slug(parent, title),
        live=False,
        has_unpublished_changes=True,
        owner=brought.asked_by,
        locale=parent.locale,
        **fields,
    )
    parent.add_child(instance=page)
    page.save_revision(user=brought.asked_by, clean=False)  # what is missing the editor adds
    return page


def free_slug(parent: Page, title: str) -> str:
    """An address from the sound of the title, that neither a page beside it nor the site itself has."""
    from courses.models import OUR_ADDRESSES

    begin = slugify("-".join(lazy_pinyin(title)))[:SLUG_LENGTH].strip("-") or "page"
    taken = set(parent.get_children().filter(slug__startswith=begin).values_list("slug", flat=True))
    slug, number = begin, 2
    while slug in taken or slug in OUR_ADDRESSES:
        slug, number = f"{begin}-{number}", number + 1
    return slug


def _pictures(
    brought: BroughtDocument,
    document: Document,
    plan: Plan,
    outline: list[ModulePlan],
    images: list[Any],
    tell: Tell,
) -> dict[int, Any]:
    """The images of the blocks that are used; the same picture twice is one image."""
    used = [n for module in outline for lesson in module.lessons for n in lesson.blocks]
    wanted = {n: block for n in used if isinstance(block := document.blocks[n], Picture)}
    made: dict[str, Any] = {}
    with package_of(brought) as package:
        for place, (n, block) in enumerate(wanted.items()):
            tell("pictures", place, len(wanted))
            if block.name not in made:
                made[block.name] = _image(package, block, plan.alts.get(n, block.alt), brought)
                images += filter(None, [made[block.name]])
    return {n: made[block.name] for n, block in wanted.items() if made[block.name] is not None}


def _image(package: zipfile.ZipFile, block: Picture, alt: str, brought: BroughtDocument) -> Any:
    file = picture_in(package, block.name)
    if file is None:
        return None
    title = " ".join((alt or block.caption or f"{brought.file_name} {file.name}").split())
    image = get_image_model()(title=title[:255], uploaded_by_user=brought.asked_by)
    image.file = file
    image.save()
    return image


class _Writer:
    """Makes the modules and lessons of one document."""

    def __init__(
        self, brought: BroughtDocument, document: Document, plan: Plan, pictures: Mapping[int, Any]
    ) -> None:
        wanted = {proposal.passage for proposal in document.proposals if proposal.passage}
        passages = Passage.objects.select_related("work").in_bulk(wanted)
        self.brought = brought
        self.drafting = Drafting(document, plan, passages, pictures)

    def write(self, course: Page, outline: list[ModulePlan], tell: Tell) -> dict[str, int]:
        from courses.models import LessonPage, ModulePage

        lessons = sum(len(module.lessons) for module in outline)
        done = 0
        for module in outline:
            place = _add(course, ModulePage, module.title or course.title, self.brought)
            for lesson in module.lessons:
                tell("writing", done, lessons)
                title = lesson.title or place.title
                _add(place, LessonPage, title, self.brought, body=self.drafting.body(lesson), sources=[])
                done += 1
        return {"modules": len(outline), "lessons": lessons}
