"""A file of questions: what it is by its content, and what stands in it. Nothing is written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files.base import File

from intake import limits
from intake.packages import opened
from intake.refusals import UploadRefused
from intake.texts import text_of
from intake.uploads import check as check_upload
from quizzes.exchange.carried import Entry
from quizzes.exchange.checking import check
from quizzes.exchange.gift_reading import read_source, sources_of
from quizzes.exchange.holding import GIFT, MOODLE, WORD, XLSX
from quizzes.exchange.moodle_reading import (
    Malformed,
    category_in,
    count_questions,
    elements_of,
    read_element,
)
from quizzes.exchange.refusals import FileRefused
from quizzes.exchange.word_paragraphs import Running
from quizzes.exchange.word_parts import Paragraph, Words
from quizzes.exchange.word_reading import read_word
from quizzes.exchange.workbook_reading import read_workbook

MOST_QUESTIONS = 2_000
"""In one file. Larger banks come in several files."""

FILE_BYTES = 20 * limits.MEGABYTE
"""Of a file as it is sent."""

UNPACKED_BYTES = 60 * limits.MEGABYTE
"""Of the XML of a workbook or Word file, unpacked."""

TEXT = "text"
"""Questions in a plain text: 1. … A. … 答案：B."""

_XML_BEGINS = ("<?xml", "<quiz", "<question", "<!--", "<!doctype", "<!entity")

Tell = Callable[[str, int, int], None]


@dataclass
class ReadFile:
    """What a file is, and its questions in their order."""

    form: str
    entries: list[Entry] = field(default_factory=list)


LONG_BYTES = 700_000
"""Of text or XML: what is larger takes more than a second, and is read by a job."""


def needs_long(file: File) -> bool:
    """Whether reading this file takes longer than somebody should wait for a page."""
    stream = stream_of(file)
    head = stream.read(4)
    if not head.startswith(b"PK"):
        return (file.size or 0) > LONG_BYTES
    with opened(stream) as package:
        return _xml_bytes(package) > LONG_BYTES


def stream_of(file: File) -> IO[bytes]:
    """The file itself, at its beginning."""
    stream: Any = getattr(file, "file", None) or file
    stream.seek(0)
    return stream


def _xml_bytes(package: zipfile.ZipFile) -> int:
    parts = package.infolist()
    return sum(one.file_size for one in parts if one.filename.lower().endswith((".xml", ".rels")))


def read_questions(file: File, tell: Tell) -> ReadFile:
    """
    Read a file of questions.

    :raises UploadRefused: when it is none that may come in.
    :raises FileRefused: when it holds no questions, or too many.
    """
    if (file.size or 0) > FILE_BYTES:
        raise FileRefused("too_large", most=FILE_BYTES // limits.MEGABYTE)
    stream = stream_of(file)
    head = stream.read(8)
    stream.seek(0)
    tell("reading", 0, 0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        read = _package(file, stream)
    else:
        read = _text(file, stream)
    for place, entry in enumerate(read.entries):
        check(entry)
        tell("checking", place, len(read.entries))
    if not read.entries:
        raise FileRefused("no_questions")
    return read


def _package(file: File, stream: IO[bytes]) -> ReadFile:
    with opened(stream) as package:
        if _xml_bytes(package) > UNPACKED_BYTES:
            raise FileRefused("too_large_unpacked", most=UNPACKED_BYTES // limits.MEGABYTE)
    checked = check_upload(file, {"docx", "xlsx"})
    stream.seek(0)
    if checked.kind == XLSX:
        return ReadFile(XLSX, list(read_workbook(stream, MOST_QUESTIONS)))
    return ReadFile(WORD, list(read_word(stream, MOST_QUESTIONS)))


def _text(file: File, stream: IO[bytes]) -> ReadFile:
    content = stream.read(limits.TEXT_BYTES + 1)
    stream.seek(0)
    if len(content) > limits.TEXT_BYTES:
        raise FileRefused("too_large", most=limits.TEXT_BYTES // limits.MEGABYTE)
    try:
        text = text_of(content)
    except UploadRefused:
        check_upload(file, {"docx", "xlsx", "text"}, name="questions.txt")  # says better what it is
        raise
    text = text.removeprefix("\ufeff")
    begin = text.lstrip()[:200].lower()
    if begin.startswith(_XML_BEGINS):
        return ReadFile(MOODLE, list(_moodle(text)))
    if "{" in text:
        return ReadFile(GIFT, list(_gift(text)))
    return ReadFile(TEXT, list(_plain(text)))


def _within_limit(entries: Iterator[Entry]) -> Iterator[Entry]:
    for number, entry in enumerate(entries, start=1):
        if number > MOST_QUESTIONS:
            raise FileRefused("too_many", most=MOST_QUESTIONS)
        entry.number = number
        yield entry


def _gift(text: str) -> Iterator[Entry]:
    return _within_limit(read_source(0, source) for source in sources_of(text))


def _plain(text: str) -> Iterator[Entry]:
    return _within_limit(_paragraphs(text))


def _paragraphs(text: str) -> Iterator[Entry]:
    running = Running()
    for number, line in enumerate(text.split("\n"), start=1):
        yield from running.take(Paragraph(number, Words(line)))
    yield from running.end()


def _moodle(text: str) -> Iterator[Entry]:
    try:
        found = count_questions(text, MOST_QUESTIONS)
    except Malformed:
        found = text.count("<question ") - text.count('type="category"')
    if found > MOST_QUESTIONS:
        raise FileRefused("too_many", most=MOST_QUESTIONS)
    if "<question" not in text:
        raise FileRefused("no_moodle")
    return _within_limit(_elements(text))


def _elements(text: str) -> Iterator[Entry]:
    path = ""
    for line, element in elements_of(text):
        category = category_in(element)
        if category is not None:
            path = category
            continue
        yield read_element(0, line, element, path)
