"""Documents that editors bring in, for tests, and the short way through the import."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import docx
from django.core.files.base import ContentFile
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from courses.importing.acts import arrange, bring_in, confirm
from courses.importing.document import Document, words_of
from courses.importing.plan import Plan
from courses.importing.tidying import tidy
from courses.importing.word import read_word
from courses.models import BroughtDocument, CoursePage, LessonPage
from people.models import Member
from tests.cast import moment
from tests.intake.files import picture, repacked, word

AT = moment("2026-03-10 10:00")
PASSAGE = "一切为了群众，一切依靠群众，从群众中来，到群众中去。"
FOOTNOTES = (
    '<w:footnotes {0}><w:footnote w:id="2"><w:p><w:r><w:t>《毛泽东选集》第三卷。</w:t></w:r></w:p>'
    "</w:footnote>"
    "</w:footnotes>"
)
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.%s+xml"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"


def silent(*_said: object) -> None:
    """Nobody waits for this work."""


def read(content: bytes) -> Document:
    return tidy(read_word(io.BytesIO(content), silent))


def brought(content: bytes, by: Member, name: str = "讲义.docx", **more: Any) -> BroughtDocument:
    """A document as it is after it was read."""
    document = bring_in(ContentFile(content, name=name), by=by, at=AT, key=uuid4(), **more)
    document.refresh_from_db()
    return document


def planned(document: BroughtDocument, **changes: Any) -> BroughtDocument:
    """The same with its arrangement changed."""
    plan = Plan.from_json(document.plan)
    for name, value in {"category": "purpose", **changes}.items():
        setattr(plan, name, value)
    arrange(document, plan, by=document.asked_by, version=document.version)
    document.refresh_from_db()
    return document


def written(document: BroughtDocument, **changes: Any) -> CoursePage:
    """The course of drafts that was made of it."""
    confirm(planned(document, **changes), by=document.asked_by, at=AT)
    document.refresh_from_db()
    return CoursePage.objects.get(pk=document.course_id)


def lessons_of(course: CoursePage) -> list[LessonPage]:
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def blocks_of(lesson: LessonPage) -> list[tuple[str, Any]]:
    """The blocks of a lesson, text as text."""
    found = []
    for block in lesson.body:
        value = block.value
        found.append((block.block_type, str(getattr(value, "source", value))))
    return found


def all_words(document: Document) -> str:
    """Everything that is in the draft or named in the report."""
    words = [words_of(block) for block in document.blocks]
    words += ["".join(run.text for run in runs) for runs in document.notes.values()]
    words += [loss.words for loss in document.losses]
    return "\n".join([document.title, *words])


def with_footnote(content: bytes) -> bytes:
    """The first paragraph of a Word file has a footnote at its end."""
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'

    def refer(part: bytes) -> bytes:
        begin, _end, rest = part.partition("从群众中来，到群众中去。</w:t></w:r></w:p>".encode())
        return begin + "从群众中来，到群众中去。</w:t></w:r>".encode() + mark.encode() + rest

    def relate(part: bytes) -> bytes:
        more = (
            f'<Relationship Id="rId77" Type="{_REL % "footnotes"}" Target="footnotes.xml"/></Relationships>'
        )
        return part.replace(b"</Relationships>", more.encode())

    def declare(part: bytes) -> bytes:
        more = f'<Override PartName="/word/footnotes.xml" ContentType="{_TYPE % "footnotes"}"/></Types>'
        return part.replace(b"</Types>", more.encode())

    return repacked(
        content,
        {
            "word/document.xml": refer,
            "word/_rels/document.xml.rels": relate,
            "[Content_Types].xml": declare,
            "word/footnotes.xml": FOOTNOTES.format(nsdecls("w")).encode(),
        },
    )


def a_course(document: docx.document.Document) -> None:
    """Two modules, three lessons, and everything once."""
    document.add_heading("群众路线讲义", 0)
    document.add_heading("第一专题 怎样形成", 1)
    document.add_heading("第一课 起点", 2)
    line = document.add_paragraph("党的")
    line.add_run("生命线").bold = True
    line.add_run("和")
    line.add_run("根本工作路线").italic = True
    line.add_run("。")
    document.add_paragraph("从群众中来，到群众中去。")
    document.add_heading("三个要点", 3)
    document.add_paragraph("先听", style="List Number")
    document.add_paragraph("再议", style="List Number")
    document.add_paragraph("入户", style="List Bullet")
    document.add_paragraph("清晨去", style="List Bullet 2")
    document.add_heading("第二课 条文", 2)
    document.add_paragraph(f"“{PASSAGE}”", style="Quote")
    document.add_paragraph(
        "《关于领导方法的若干问题》指出：“在我党的一切实际工作中，凡属正确的领导。”这句话要记住。"
    )
    table = document.add_table(rows=3, cols=2)
    for place, words in enumerate(("做法", "结果", "发表", "收回两张", "入户", "听到实话")):
        table.cell(place // 2, place % 2).text = words
    document.add_picture(io.BytesIO(picture()))
    document.paragraphs[-1]._p.find(f".//{qn('wp:docPr')}").set("descr", "一张表")
    document.add_paragraph("图一 收回的表", style="Caption")
    document.add_heading("第二专题 怎样坚持", 1)
    document.add_paragraph("坚持在日常。")


def course_file() -> bytes:
    return with_footnote(word(a_course))


def add_xml(document: docx.document.Document, xml: str) -> None:
    """A piece of Word's own XML as the last paragraph; `{ns}` stands for the names it needs."""
    names = nsdecls("w", "wp", "a", "pic", "r") + (
        ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
        ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    )
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml.replace("{ns}", names)))
