"""Loading our own courses: idempotent, by stable keys, and never over an editor's change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from taggit.models import Tag
from wagtail.contrib.typed_table_block.blocks import TypedTable
from wagtail.images.models import Image
from wagtail.models import Locale, Page

from courses.blocks import TableBlock
from courses.content_files import (
    LANGUAGES,
    CourseFiles,
    as_rich_text,
    courses,
    digest_of,
    quoted,
    stable_key,
)
from courses.models import CoursePage, HomePage, LessonPage, LoadedContent, ModulePage
from quizzes.loading import load_questions
from quizzes.models import Quiz, QuizEntry, QuizPool
from sources.loading import Loaded, load_passages
from sources.models import Passage


class BadContent(Exception):
    """A file refers to what is not there: it names both."""


@dataclass
class Report:
    """
    What loading did: pages made, brought up to date, unchanged, and those left to an editor's change.

    `sources`: the same of works and passages.
    """

    made: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    sources: Loaded = field(default_factory=Loaded)


@transaction.atomic
def load_content(*, at: datetime) -> Report:
    """Load every course below `courses/content/` into its home pages and publish it."""
    report = Report(sources=load_passages(*quoted()))
    homes = {page.locale.language_code: page for page in HomePage.objects.select_related("locale")}
    for course in courses():
        questions = load_questions(course.questions, course.cases)
        for short, code in LANGUAGES.items():
            _Loader(course, short, Locale.objects.get(language_code=code), report, at).load(
                homes[code], questions
            )
    return report


_EMPTY = {"quotation": {"date": "", "place": ""}, "discussion": {"hint": ""}, "timeline": {"title": ""}}
"""What a file may leave out of a block."""


@dataclass
class _Loader:
    """Loads one course in one language."""

    course: CourseFiles
    short: str
    locale: Locale
    report: Report
    at: datetime

    def load(self, home: HomePage, questions: dict[str, Any]) -> None:
        info = self.course.info
        words = info[self.short]
        fields = {"title": words["title"], "slug": words["slug"], "summary": words["summary"]}
        fields["category"] = info["category"]
        page = self._page(home, CoursePage, info["id"], fields, tags=info[f"tags_{self.short}"])
        for module in self.course.modules:
            quiz = self._quiz(module, questions)
            words = module[self.short]
            fields = {
                "title": words["title"],
                "slug": words["slug"],
                "summary": words["summary"],
                "quiz": quiz,
            }
            place = self._page(page, ModulePage, module["id"], fields) if page else None
            if place is not None:
                for number in module["lessons"]:
                    self._lesson(place, number)

    def _lesson(self, module: ModulePage, number: str) -> None:
        data = self.course.lesson(number, self.short)
        figures = [self.course.figure(block["file"]) for block in data["body"] if block["type"] == "figure"]
        fields = {
            "title": data["title"],
            "slug": data["slug"],
            "summary": data["summary"],
            "valid_as_of": data["valid_as_of"],
            "review_by": data["review_by"],
            "body": data["body"],
            "sources": data["sources"],
        }
        self._page(module, LessonPage, data["id"], fields, digest=digest_of(data, figures))

    def _page(
        self,
        parent: Page,
        kind: type[Page],
        reference: str,
        fields: dict[str, Any],
        *,
        tags: list[str] | None = None,
        digest: str = "",
    ) -> Page | None:
        """Make the page, bring it up to date, or leave it when an editor has been at it (or removed it)."""
        digest = digest or digest_of([fields | {"quiz": str(fields.get("quiz"))}, tags])
        name = f"{reference}.{self.short}"
        loaded = LoadedContent.objects.filter(reference=name).first()
        page = kind.objects.filter(translation_key=stable_key(reference), locale=self.locale).first()
        if loaded is None and page is None:
            page = kind(translation_key=stable_key(reference), locale=self.locale)
            self._write(page, fields, tags)
            parent.add_child(instance=page)
            self.report.made += 1
        elif loaded is None or page is None or not page.live or loaded.revision != page.latest_revision_id:
            self.report.kept.append(name)
            return page
        elif loaded.source_digest == digest:
            self.report.unchanged += 1
            return page
        else:
            self._write(page, fields, tags)
            self.report.updated += 1
        revision = page.save_revision()
        revision.publish()
        LoadedContent.objects.update_or_create(
            reference=name,
            defaults={"source_digest": digest, "page": page, "revision": revision.pk, "loaded_at": self.at},
        )
        return kind.objects.get(pk=page.pk)

    def _write(self, page: Page, fields: dict[str, Any], tags: list[str] | None) -> None:
        for name, value in fields.items():
            if name == "body":
                value = [self._block(block) for block in value]
            elif name == "sources":
                value = [("source", {"work": row["work"], "date": row.get("date", "")}) for row in value]
            setattr(page, name, value)
        if tags is not None:
            page.tags.set(tags)

    def _block(self, block: dict[str, Any]) -> tuple[str, Any]:
        kind = block["type"]
        if kind == "paragraph":
            return ("paragraph", as_rich_text(block["text"]))
        if kind == "heading":
            return ("heading", block["text"])
        if kind == "figure":
            image = self._image(block["file"], block["alt"])
            return ("image", {"image": image, "alt": block["alt"], "caption": block.get("caption", "")})
        if kind == "table":
            return (kind, _table(block))
        if kind == "locked_quotation":
            return (kind, self._passage(block["passage"]))
        value = {name: content for name, content in block.items() if name != "type"}
        if kind == "case":
            value = {"questions": [], **value, "text": as_rich_text(block["text"])}
        return (kind, {**_EMPTY.get(kind, {}), **value})

    def _passage(self, reference: str) -> Passage:
        try:
            return Passage.objects.select_related("work").get(reference=reference)
        except Passage.DoesNotExist as error:
            name = self.course.info["id"]
            raise BadContent(f"{name} quotes {reference}, which is not in passages.toml.") from error

    def _image(self, name: str, title: str) -> Image:
        path = self.course.figure(name)
        wanted = f"{self.course.info['id']}/{name}/{digest_of('', [path])[:12]}"
        image = Image.objects.filter(description=wanted).first()
        if image is None:
            with path.open("rb") as file:
                image = Image(title=title[:255], description=wanted, file=File(file, name=name))
                image.save()
        return image

    def _quiz(self, module: dict[str, Any], questions: dict[str, Any]) -> Quiz:
        quiz, created = Quiz.objects.get_or_create(
            key=stable_key(f"{module['id']}.quiz"),
            defaults={
                "title": module["zh"]["quiz_title"],
                "title_en": module["en"]["quiz_title"],
                **module.get("quiz_rules", {}),
            },
        )
        if created:
            QuizPool.objects.bulk_create(
                QuizPool(quiz=quiz, sort_order=order, **_pool(row))
                for order, row in enumerate(module.get("pools", ()))
            )
            QuizEntry.objects.bulk_create(
                QuizEntry(quiz=quiz, question=questions[reference], sort_order=order)
                for order, reference in enumerate(module.get("questions", ()))
            )
        return quiz


def _pool(row: dict[str, Any]) -> dict[str, Any]:
    """A pool of a file: {"number"}, and "tag", "difficulty", "module" (its id) as far as it names them."""
    values: dict[str, Any] = {name: row[name] for name in ("number", "difficulty") if name in row}
    if "tag" in row:
        values["tag"] = Tag.objects.get_or_create(name=row["tag"])[0]
    if "module" in row:
        values["module"] = stable_key(row["module"])
    return values


def _table(block: dict[str, Any]) -> TypedTable:
    kinds = block.get("kinds") or ["text"] * len(block["head"])
    columns = [{"type": kind, "heading": head} for kind, head in zip(kinds, block["head"], strict=True)]
    rows = [{"values": list(row)} for row in block["rows"]]
    table = {"columns": columns, "rows": rows, "caption": block.get("caption", "")}
    return TableBlock().to_python(table)
