"""Writing a course into one archive: pages of its languages, quizzes with their keys, passages, files."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from courses.archive import portable
from courses.archive.questions import case_rows, question_row, question_rows, quiz_row
from courses.models import CoursePage, LessonPage, ModulePage
from people import audit
from people.models import Member
from quizzes.models import Quiz
from sources.models import Passage

EXPORTED = audit.action("course.exported", _("Exported a course with the keys of its quizzes"))

FORMAT = "xuecheng.course"
VERSION = 2
"""Version 1 knew choices alone, and quizzes without rules; it is read as well."""
CONTENTS = "course.json"
MEDIA = "media/"
LEFT_OUT = ["audiences", "view restrictions", "editions", "study records"]
"""Organisations and members differ from place to place; what was studied stays where it was studied."""

WORK_FIELDS = ("reference", "title", "title_en", "edition", "edition_en", "date", "date_en")
PASSAGE_FIELDS = ("reference", "place", "place_en", "text", "text_en")

KINDS: dict[str, type[Page]] = {"course": CoursePage, "module": ModulePage, "lesson": LessonPage}
_NAMES = {model: kind for kind, model in KINDS.items()}


@transaction.atomic
def export_course(
    course: CoursePage, target: IO[bytes], *, languages: Iterable[str], by: Member | None, at: datetime
) -> int:
    """
    Write the course, with its translations into `languages`, and return how many pages it has.

    Published pages go as they are published, others as they were last drafted. The archive holds which
    options are right: it is for editors and reviewers, and the audit keeps who took one.
    """
    gathered = _Gathered()
    pages = [page for root in _roots(course, languages) for page in gathered.tree(root)]
    contents = {
        "format": FORMAT,
        "version": VERSION,
        "title": course.title,
        "left_out": LEFT_OUT,
        "pages": pages,
        "quizzes": gathered.quiz_rows(),
        **gathered.bank(),
        "files": {},
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        contents["files"] = gathered.write_files(archive)
        _write(archive, CONTENTS, json.dumps(contents, ensure_ascii=False, indent=1, sort_keys=True).encode())
    details = {
        "course": str(course.translation_key),
        "pages": len(pages),
        "quizzes": len(contents["quizzes"]),
    }
    audit.note(EXPORTED, at=at, by=by, details=details)
    return len(pages)


def _roots(course: CoursePage, languages: Iterable[str]) -> list[CoursePage]:
    same = CoursePage.objects.filter(translation_key=course.translation_key)
    return list(same.filter(locale__language_code__in=list(languages)).order_by("locale__language_code"))


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Always with the same time, so that the same course makes the same archive."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


@dataclass
class _Gathered:
    """What the pages of a course point at, found while they are read."""

    images: dict[int, Any] = field(default_factory=dict)
    documents: dict[int, Any] = field(default_factory=dict)
    passages: dict[int, Passage] = field(default_factory=dict)
    quizzes: dict[int, Quiz] = field(default_factory=dict)
    digests: dict[tuple[str, int], str] = field(default_factory=dict)

    def tree(self, root: CoursePage) -> list[dict[str, Any]]:
        found = root.get_descendants(inclusive=True).specific().order_by("path")
        pages = [page if page.live else page.get_latest_revision_as_object() for page in found]
        keys = {page.path: str(page.translation_key) for page in pages}
        return [self._page(page, keys.get(page.path[: -Page.steplen])) for page in pages]

    def _page(self, page: Any, parent: str | None) -> dict[str, Any]:
        row: dict[str, Any] = {
            "kind": _NAMES[type(page)],
            "key": str(page.translation_key),
            "language": page.locale.language_code,
            "parent": parent,
            "title": page.title,
            "slug": page.slug,
            "summary": page.summary,
        }
        if isinstance(page, CoursePage):
            row |= {"category": page.category, "levels": page.levels, "sectors": page.sectors}
        if isinstance(page, ModulePage):
            row["quiz"] = self.change("quiz", page.quiz_id) if page.quiz_id else None
        if isinstance(page, LessonPage):
            row |= {"valid_as_of": _day(page.valid_as_of), "review_by": _day(page.review_by)}
            for name in ("body", "sources"):
                stream = getattr(page, name)
                row[name] = portable.walk(stream.stream_block, stream.get_prep_value(), self.change)
        if not isinstance(page, ModulePage):
            row["tags"] = sorted(tag.name for tag in page.tags.all())
        return row

    def change(self, kind: str, pointer: Any) -> str | None:
        """What a pointer is called in the archive; None when it leads nowhere."""
        if kind == "page":
            return portable.page_key(str(pointer))
        model, kept = {
            "image": (get_image_model(), self.images),
            "document": (get_document_model(), self.documents),
            "passage": (Passage, self.passages),
            "quiz": (Quiz, self.quizzes),
        }[kind]
        pk = int(pointer)
        if pk not in kept:
            found = model.objects.filter(pk=pk).first()
            if found is None:
                return None
            kept[pk] = found
        return str(kept[pk].key) if kind in {"passage", "quiz"} else self._digest(kind, kept[pk])

    def _digest(self, kind: str, file: Any) -> str | None:
        if (kind, file.pk) not in self.digests:
            try:
                with file.file.storage.open(file.file.name) as content:
                    self.digests[kind, file.pk] = hashlib.file_digest(content, "sha256").hexdigest()
            except FileNotFoundError:
                return None
        return self.digests[kind, file.pk]

    def quiz_rows(self) -> list[dict[str, Any]]:
        return [quiz_row(quiz) for quiz in sorted(self.quizzes.values(), key=lambda quiz: str(quiz.key))]

    def bank(self) -> dict[str, list[dict[str, Any]]]:
        """Questions of the quizzes, their cases, and all passages and works that are rested on."""
        questions = question_rows(self.quizzes.values())
        passages = {p.pk: p for p in [*self.passages.values(), *(q.passage for q in questions if q.passage)]}
        full = Passage.objects.filter(pk__in=passages).select_related("work").order_by("key")
        works = {passage.work.key: passage.work for passage in full}
        return {
            "questions": [question_row(question) for question in questions],
            "cases": case_rows(questions),
            "passages": [
                {
                    "key": str(p.key),
                    "work": str(p.work.key),
                    **{name: getattr(p, name) for name in PASSAGE_FIELDS},
                }
                for p in full
            ],
            "works": [
                {"key": str(key), **{name: getattr(work, name) for name in WORK_FIELDS}}
                for key, work in sorted(works.items())
            ],
        }

    def write_files(self, archive: zipfile.ZipFile) -> dict[str, Any]:
        rows = {}
        for (kind, pk), digest in sorted(self.digests.items()):
            file = (self.images if kind == "image" else self.documents)[pk]
            ending = PurePosixPath(file.file.name).suffix.lower()
            with file.file.storage.open(file.file.name) as content:
                if digest not in rows:
                    _write(archive, f"{MEDIA}{digest}{ending}", content.read())
            rows[digest] = {"kind": kind, "name": PurePosixPath(file.file.name).name, "title": file.title}
        return rows
