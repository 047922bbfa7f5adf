"""Opening an archive from outside: everything in it is looked at before anything is written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, NoReturn
from xml.etree.ElementTree import ParseError, canonicalize
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.utils.translation import gettext as _
from pydantic import ValidationError as Misshapen

from courses.archive import portable
from courses.archive.contents import Contents, PageRow, QuizRow
from courses.archive.exporting import CONTENTS, FORMAT, MEDIA, VERSION
from courses.audience import Level, Sector
from courses.models import Category, LessonPage
from intake import uploads
from intake.packages import UNREADABLE, opened, read_part
from intake.uploads import UploadRefused
from quizzes.models import Question

JSON_BYTES = 20 * 1024 * 1024
READABLE = frozenset({1, VERSION})
DEEPEST = 40
"""Lists and objects within each other; our own archives need about fifteen."""

KINDS_OF = {
    "image": frozenset({"image", "svg"}),
    "document": frozenset({"docx", "xlsx", "pptx", "pdf", "audio", "video", "captions", "text"}),
}

_MEDIA = re.compile(rf"{MEDIA}([0-9a-f]{{64}})(\.[a-z0-9]{{1,5}})?")


class ArchiveRefused(Exception):
    """The archive is not taken, and nothing of it was written. `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Archive:
    """An archive that was looked through: its pages and the files beside them."""

    contents: Contents
    package: ZipFile
    names: dict[str, str]

    def file(self, digest: str) -> File:
        """
        A file of the archive, made harmless.

        :raises ArchiveRefused: when it is not what its name says, or nothing that lessons may show.
        """
        row = self.contents.files[digest]
        content = self.package.read(self.names[digest])
        if hashlib.sha256(content).hexdigest() != digest:
            raise ArchiveRefused(_("A file of the archive is damaged: %(name)s.") % {"name": row.name})
        try:
            checked = uploads.check(ContentFile(content, name=row.name), KINDS_OF[row.kind], name=row.name)
        except UploadRefused as error:
            raise ArchiveRefused(f"{row.name}: {error.words}") from error
        checked.file.seek(0)
        safe = checked.file.read()
        if checked.kind == "svg" and _is_same_drawing(content, safe):
            safe = content  # nothing was taken out: it keeps its digest
        return File(BytesIO(safe), name=row.name)


def _is_same_drawing(one: bytes, other: bytes) -> bool:
    """Asked of drawings that were found harmless: is only the writing different?"""
    try:
        return canonicalize(one.decode()) == canonicalize(other.decode())
    except (ParseError, UnicodeDecodeError):
        return False


@contextmanager
def opened_archive(file: File) -> Iterator[Archive]:
    """
    Look through an archive and hold it open while it is read.

    :raises ArchiveRefused: when it is no archive of a course, or anything in it is not as it should be.
    """
    try:
        uploads.check(file, {"archive"}, name="course.zip")
        with opened(file.file if hasattr(file, "file") and file.file else file) as package:
            names = _names(package)
            contents = _contents(package)
            if set(names) != set(contents.files):
                raise ArchiveRefused(_("Files are missing in the archive, or too many."))
            check(contents)
            yield Archive(contents, package, names)
    except UploadRefused as error:
        raise ArchiveRefused(str(error.words)) from error
    except UNREADABLE as error:
        raise ArchiveRefused(_("The archive is damaged.")) from error


def _names(package: ZipFile) -> dict[str, str]:
    found = {}
    for name in package.namelist():
        known = _MEDIA.fullmatch(name)
        if known:
            found[known[1]] = name
        elif name != CONTENTS:
            _refuse_place(name)
    return found


def _refuse_place(name: str) -> NoReturn:
    words = _("In the archive stands a file that no course has: %(name)s.")
    raise ArchiveRefused(words % {"name": PurePosixPath(name).name[:80]})


def _contents(package: ZipFile) -> Contents:
    no_course = _("This is not the archive of a course.")
    try:
        raw = json.loads(read_part(package, CONTENTS, JSON_BYTES), parse_constant=_no_number)
    except (KeyError, ValueError, RecursionError) as error:
        raise ArchiveRefused(no_course) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ArchiveRefused(no_course)
    if raw.get("version") not in READABLE:
        words = _("The archive was written by another version (%(found)s); here %(known)s is read.")
        raise ArchiveRefused(words % {"found": str(raw.get("version"))[:20], "known": VERSION})
    if _depth(raw) > DEEPEST or not _can_be_kept(raw):
        raise ArchiveRefused(no_course)
    try:
        return Contents.model_validate(raw)
    except Misshapen as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise ArchiveRefused(
            _("The archive is not well formed: %(where)s.") % {"where": where[:120]}
        ) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting += [(one, depth + 1) for one in inner]
    return deepest


def _can_be_kept(raw: Any) -> bool:
    """False when a text holds what no database keeps: NUL, or half of a character."""
    text = json.dumps(raw, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in text.replace("\\\\", "")


def check(contents: Contents) -> None:
    """
    Look whether everything the rows speak of is there, and whether each lesson holds what a lesson can hold.

    :raises ArchiveRefused: at the first thing that is amiss.
    """
    known = {
        "image": {digest for digest, file in contents.files.items() if file.kind == "image"},
        "document": {digest for digest, file in contents.files.items() if file.kind == "document"},
        "passage": {str(row.key) for row in contents.passages},
        "quiz": {str(row.key) for row in contents.quizzes},
    }
    works = {row.key for row in contents.works}
    questions = {row.name: row for row in contents.questions}
    _ask(all(row.work in works for row in contents.passages), "passages")
    _ask(all(str(q.passage) in known["passage"] for q in questions.values() if q.passage), "questions")
    _ask(len(questions) == len(contents.questions), "questions")
    cases = {row.key for row in contents.cases}
    _ask(all(question.case in cases for question in questions.values() if question.case), "questions")
    texts = [o.text or (q.kind == "matching" and o.match) for q in questions.values() for o in q.options]
    _ask(all(texts), "questions")
    _ask(all(q.category in ("", *Category.values) for q in questions.values()), "questions")
    for quiz in contents.quizzes:
        _ask(_holds_together(quiz), "quizzes")
        _ask(
            set(quiz.questions) <= questions.keys() and len(set(quiz.questions)) == len(quiz.questions),
            "quizzes",
        )
    for question in questions.values():
        try:
            Question.check_options(
                question.kind, right=sum(o.right for o in question.options), total=len(question.options)
            )
        except ValidationError as error:
            raise ArchiveRefused(f"{question.name}: {' '.join(error.messages)}") from error
    _check_tree(contents, known)


def _holds_together(quiz: QuizRow) -> bool:
    """As the database asks of a quiz."""
    pools = all(pool.tag or pool.difficulty or pool.module for pool in quiz.pools)
    closes = quiz.closes_at is not None or quiz.feedback != "after_closing"
    opens = quiz.opens_at is None or quiz.closes_at is None or quiz.closes_at > quiz.opens_at
    return pools and closes and opens


def _check_tree(contents: Contents, known: dict[str, set[str]]) -> None:
    kinds = {None: None, "module": "course", "lesson": "module"}
    seen: dict[tuple[Any, str], str] = {}
    for page in contents.pages:
        _ask((page.key, page.language) not in seen, page.title)
        above = seen.get((page.parent, page.language)) if page.parent else None
        _ask(above == kinds.get(page.kind), page.title)
        seen[page.key, page.language] = page.kind
        if page.kind == "course":
            right = page.category in Category.values
            right = (
                right and set(page.levels) <= set(Level.values) and set(page.sectors) <= set(Sector.values)
            )
            _ask(right, page.title)
        _ask(page.quiz is None or (page.kind == "module" and str(page.quiz) in known["quiz"]), page.title)
        if page.kind == "lesson":
            _check_lesson(page, known)
    _ask(len({page.key for page in contents.pages if page.kind == "course"}) == 1, CONTENTS)


def _check_lesson(page: PageRow, known: dict[str, set[str]]) -> None:
    def there(kind: str, pointer: Any) -> Any:
        if kind != "page" and (not isinstance(pointer, str) or pointer not in known[kind]):
            raise portable.NotPortable(kind)
        return pointer

    try:
        for name in ("body", "sources"):
            stream = LessonPage._meta.get_field(name).stream_block
            portable.check_texts(stream, portable.walk(stream, getattr(page, name), there))
    except portable.NotPortable as error:
        words = _("“%(title)s” holds what no lesson can hold: %(what)s.")
        raise ArchiveRefused(words % {"title": page.title, "what": str(error)[:60]}) from error


def _ask(right: bool, where: str) -> None:
    if not right:
        raise ArchiveRefused(_("The archive is not well formed: %(where)s.") % {"where": where[:120]})
