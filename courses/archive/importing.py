"""
Reading an archive into drafts: idempotent by stable keys, and never over what an editor has done since.

Pages go by translation key and language, quizzes, passages and options by their keys, questions by reference,
files by their contents. What is already here and did not come from an archive stays as it is, and the report
says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page

from courses.archive import portable
from courses.archive.bank import bring_passages, bring_quizzes
from courses.archive.contents import PageRow
from courses.archive.exporting import KINDS
from courses.archive.reading import Archive, ArchiveRefused, opened_archive
from courses.models import OUR_ADDRESSES, HomePage, LessonPage, LoadedContent
from people import audit
from people.models import Member

IMPORTED = audit.action("course.imported", _("Imported a course from an archive"))


@dataclass
class Report:
    """What importing did. `kept`: pages left to an editor's change. `differs`: passages and questions too."""

    made: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def changed_nothing(self) -> bool:
        return not self.made and not self.updated


Tell = Callable[[int, int], None]


def _silently(done: int, total: int) -> None:
    """Nobody listens."""


@transaction.atomic
def import_course(file: File, *, by: Member | None, at: datetime, tell: Tell = _silently) -> Report:
    """
    Read an archive. Everything new is a draft; questions are drafts too, until a reviewer has approved them.

    `tell` hears how many pages are done, and of how many.

    :raises ArchiveRefused: and nothing is written.
    """
    with opened_archive(file) as archive:
        contents = archive.contents
        report = Report(left_out=contents.left_out)
        passages = bring_passages(contents, report.differs, by=by, at=at)
        quizzes = bring_quizzes(contents, passages, report.differs, by=by, at=at)
        pointers = {"passage": passages, "quiz": quizzes}
        _Importer(archive, report, by, at, pointers).read(tell)
    details = {"made": report.made, "updated": report.updated, "kept": len(report.kept)}
    audit.note(IMPORTED, at=at, by=by, details=details)
    return report


@dataclass
class _Importer:
    """Reads the pages of an archive: first each has its place, then each its contents."""

    archive: Archive
    report: Report
    by: Member | None
    at: datetime
    pointers: dict[str, dict[UUID, int]]
    files: dict[str, int] = field(default_factory=dict)

    def read(self, tell: Tell) -> None:
        rows = self.archive.contents.pages
        loaded = {
            row.reference: row for row in LoadedContent.objects.filter(reference__startswith="archive.")
        }
        places = [(row, *self._place(row)) for row in rows]
        for number, (row, page, is_new) in enumerate(places):
            tell(number, len(places))
            self._fill(row, page, loaded.get(_name(row)), is_new=is_new)

    def _place(self, row: PageRow) -> tuple[Page, bool]:
        """The page of a row, made where it is missing."""
        kind, locale = KINDS[row.kind], Locale.objects.get(language_code=row.language)
        page = kind.objects.filter(translation_key=row.key, locale=locale).first()
        if page is not None:
            return page, False
        if Page.objects.filter(translation_key=row.key, locale=locale).exists():  # of another kind
            words = _("The archive is not well formed: %(where)s.") % {"where": row.title[:120]}
            raise ArchiveRefused(str(words))
        if row.parent is None:
            parent = HomePage.objects.get(locale=locale)
        else:
            parent = Page.objects.get(translation_key=row.parent, locale=locale).specific
        page = kind(translation_key=row.key, locale=locale, title=row.title, live=False, owner=self.by)
        page.slug = _free_slug(parent, row.slug)
        if row.kind == "course":
            page.category = row.category
        return parent.add_child(instance=page), True

    def _fill(self, row: PageRow, page: Any, loaded: LoadedContent | None, *, is_new: bool) -> None:
        digest = _digest(row)
        if not is_new:
            if loaded is None or loaded.page_id != page.pk or loaded.revision != page.latest_revision_id:
                self.report.kept.append(f"{row.title} ({row.language})")
                return
            if loaded.source_digest == digest:
                self.report.unchanged += 1
                return
            page = page.get_latest_revision_as_object()
        self._write(row, page)
        if is_new:
            page.save(clean=False)
            self.report.made += 1
        else:
            self.report.updated += 1
        revision = page.save_revision(user=self.by, clean=False)
        LoadedContent.objects.update_or_create(
            reference=_name(row),
            defaults={"source_digest": digest, "page": page, "revision": revision.pk, "loaded_at": self.at},
        )

    def _write(self, row: PageRow, page: Any) -> None:
        page.title, page.summary = row.title, row.summary
        if row.kind == "course":
            page.category, page.levels, page.sectors = row.category, row.levels, row.sectors
        if row.kind == "module":
            page.quiz_id = self.pointers["quiz"][row.quiz] if row.quiz else None
        if row.kind == "lesson":
            page.valid_as_of, page.review_by = row.valid_as_of, row.review_by
            for name in ("body", "sources"):
                stream = LessonPage._meta.get_field(name).stream_block
                value = portable.walk(stream, getattr(row, name), self._pointer_in(row.language))
                setattr(page, name, stream.to_python(value))
        if row.kind != "module":
            page.tags.set(row.tags)

    def _pointer_in(self, language: str) -> portable.Change:
        def pointer(kind: str, key: str) -> int | None:
            if kind in self.pointers:
                return self.pointers[kind][UUID(key)]
            if kind == "page":
                try:
                    same = Page.objects.filter(translation_key=UUID(key), locale__language_code=language)
                except ValueError:
                    return None
                return same.values_list("pk", flat=True).first()
            return self._file(key)

        return pointer

    def _file(self, digest: str) -> int:
        """The file with these contents, kept once."""
        if digest not in self.files:
            row, file = self.archive.contents.files[digest], self.archive.file(digest)
            model = get_image_model() if row.kind == "image" else get_document_model()
            same = hashlib.sha1(file.read(), usedforsecurity=False).hexdigest()  # as Wagtail names contents
            file.seek(0)
            kept = model.objects.filter(file_hash=same).order_by("pk").first()
            if kept is None:
                kept = model(title=row.title or row.name, file=file, file_hash=same, uploaded_by_user=self.by)
                kept.file_size = file.size
                kept.save()
            self.files[digest] = kept.pk
        return self.files[digest]


def _name(row: PageRow) -> str:
    return f"archive.{row.key}.{row.language}"


def _digest(row: PageRow) -> str:
    content = json.dumps(row.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _free_slug(parent: Page, slug: str) -> str:
    taken = set(parent.get_children().values_list("slug", flat=True))
    if isinstance(parent, HomePage):
        taken |= OUR_ADDRESSES
    wanted, number = slug[:240], 2
    while wanted in taken:
        wanted, number = f"{slug[:240]}-{number}", number + 1
    return wanted
