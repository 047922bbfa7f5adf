"""Word files as Word, WPS, LibreOffice and pandoc write them: nothing is lost unsaid."""

from __future__ import annotations

import io

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.importing.document import Document, Heading, Items, Paragraph, Picture, Run, Table, text_of
from courses.importing.drafting import nested
from courses.importing.word_package import NotReadable, open_word
from tests.courses.brought import add_xml, all_words, read
from tests.intake.files import picture, repacked, word

pytestmark = pytest.mark.django_db


def losses(document: Document) -> dict[str, str]:
    return {loss.code: loss.words for loss in document.losses}


def paragraph(xml: str) -> Document:
    return read(word(lambda document: add_xml(document, f"<w:p {{ns}}>{xml}</w:p>")))


def test_headings_are_known_by_name_by_outline_and_by_what_a_style_is_based_on() -> None:
    def write(document) -> None:
        named = document.styles.add_style("WPS1", 1)
        named.element.find(docx.oxml.ns.qn("w:name")).set(docx.oxml.ns.qn("w:val"), "标题 2")
        based = document.styles.add_style("章名", 1)
        based.base_style = document.styles["Heading 1"]
        document.add_paragraph("第一章 甲", style=based)
        document.add_paragraph("第一节 乙", style=named)
        add_xml(document, '<w:p {ns}><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>丙</w:t></w:r></w:p>')
        add_xml(document, '<w:p {ns}><w:pPr><w:outlineLvl w:val="9"/></w:pPr><w:r><w:t>丁</w:t></w:r></w:p>')

    blocks = read(word(write)).blocks

    assert [(type(b), getattr(b, "level", None), text_of(b.runs)) for b in blocks] == [
        (Heading, 1, "第一章 甲"),
        (Heading, 2, "第一节 乙"),
        (Heading, 3, "丙"),
        (Paragraph, None, "丁"),
    ]


@pytest.mark.parametrize(
    ("lines", "levels"),
    [
        (["一、为什么", "因为要听群众的话。", "（一）先听", "听了再说。", "二、怎么做", "去做。"], [1, 2, 1]),
        (["第一章 总则", "内容在这里。", "第一节 起点", "内容。", "一、要点", "内容。"], [1, 2, 3]),
        (["一、要听话。", "二、要办事。", "三、要回头看。"], []),
        (["一、听", "二、议", "三、办"], []),
    ],
)
def test_without_styles_numbered_short_lines_are_proposed_as_headings(lines, levels) -> None:
    def write(document) -> None:
        for line in lines:
            document.add_paragraph(line)

    document = read(word(write))

    assert [b.level for b in document.blocks if isinstance(b, Heading)] == levels
    assert document.headings_proposed is bool(levels)
    assert "".join(lines) == all_words(document).replace("\n", "")


def test_numbers_that_a_browser_cannot_show_stand_in_the_text() -> None:
    def write(document) -> None:
        numbering = document.part.numbering_part.element
        for name, form, text in (("91", "chineseCounting", "第%1条"), ("92", "decimal", "%1.")):
            numbering.insert(0, docx.oxml.parse_xml(
                f'<w:abstractNum {docx.oxml.ns.nsdecls("w")} w:abstractNumId="{name}"><w:lvl '
                f'w:ilvl="0"><w:start w:val="1"/>'
                f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl></w:abstractNum>'
            ))  # fmt: skip
            numbering.append(docx.oxml.parse_xml(
                f'<w:num {docx.oxml.ns.nsdecls("w")} w:numId="{name}"><w:abstractNumId w:val="{name}"/>'
                f'</w:num>'
            ))  # fmt: skip
        item = (
            '<w:p {ns}><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="%s"/></w:numPr></w:pPr>'
            "<w:r><w:t>%s</w:t></w:r></w:p>"
        )
        for name, words in (("91", "党员"), ("91", "义务"), ("92", "甲"), ("92", "乙")):
            add_xml(document, item % (name, words))
        document.add_paragraph("插一句话。")
        add_xml(document, item % ("92", "丙"))

    blocks = read(word(write)).blocks

    assert [text_of(b.runs) for b in blocks[:2]] == ["第一条 党员", "第二条 义务"]
    assert [(i.ordered, i.number, text_of(i.runs)) for i in blocks[2].items] == [
        (True, 1, "甲"),
        (True, 2, "乙"),
    ]
    assert text_of(blocks[4].runs) == "3. 丙"


def test_lists_within_lists_become_lists_within_lists() -> None:
    def write(document) -> None:
        for words, style in (("甲", ""), ("子", " 2"), ("孙", " 3"), ("乙", "")):
            document.add_paragraph(words, style=f"List Bullet{style}")

    (items,) = read(word(write)).blocks

    assert isinstance(items, Items)
    assert nested(items.items, text_of) == (
        "<ul><li>甲<ul><li>子<ul><li>孙</li></ul></li></ul></li><li>乙</li></ul>"
    )


def test_merged_cells_are_taken_apart_and_told() -> None:
    def write(document) -> None:
        table = document.add_table(3, 3)
        for place in range(9):
            table.cell(place // 3, place % 3).text = str(place)
        table.cell(0, 0).merge(table.cell(0, 1))
        table.cell(1, 2).merge(table.cell(2, 2))

    document = read(word(write))
    (table,) = document.blocks

    assert isinstance(table, Table)
    assert [["/".join(text_of(p) for p in cell) for cell in row] for row in table.rows] == [
        ["0/1", "", "2"],
        ["3", "4", "5/8"],
        ["6", "7", ""],
    ]
    assert [(loss.code, loss.count) for loss in document.losses] == [("merged_cells", 2)]


def test_a_table_of_one_column_is_a_frame_around_its_paragraphs() -> None:
    def write(document) -> None:
        document.add_table(2, 1).cell(0, 0).text = "框里的话。"

    assert [text_of(b.runs) for b in read(word(write)).blocks] == ["框里的话。"]


@pytest.mark.parametrize(
    ("xml", "text", "code", "named"),
    [
        ("<w:r><w:t>甲</w:t></w:r><w:del><w:r><w:delText>乙</w:delText></w:r></w:del>", "甲", "deleted",
         "乙"),
        ("<w:r><w:t>甲</w:t></w:r><w:ins><w:r><w:t>乙</w:t></w:r></w:ins>", "甲乙", "inserted", "乙"),
        ("<m:oMath><m:r><m:t>a+b</m:t></m:r></m:oMath>", "a+b", "equation", "a+b"),
        ("<w:r><w:t>甲</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>乙</w:t></w:r>", "甲", "hidden", "乙"),
        ("<w:r><w:rPr><w:u w:val='single'/></w:rPr><w:t>甲</w:t></w:r>", "甲", "underline", "甲"),
        ("<w:r><w:rPr><w:color w:val='FF0000'/></w:rPr><w:t>甲</w:t></w:r>", "甲", "colour", "甲"),
        ("<w:r><w:ruby><w:rt><w:r><w:t>qún</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>群</w:t></w:r></w:rubyBase></w:ruby></w:r>",
         "群", "ruby", "qún"),
        ("<w:r><w:t>甲</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>"
         "<wp:inline><wp:docPr id='1' name='a'/>"
         "<a:graphic><a:graphicData uri='u'><wps:wsp><wps:txbx><w:txbxContent><w:p><w:r><w:t>框</w:t>"
         "</w:r></w:p></w:txbxContent>"
         "</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>"
         "<w:txbxContent><w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback>"
         "</mc:AlternateContent></w:r>", "甲框", "text_box", "框"),
        ("<w:r><w:t>甲</w:t></w:r><w:r><w:pict><v:shape><v:textpath string='艺术字'/></v:shape>"
         "</w:pict></w:r>",
         "甲", "word_art", "艺术字"),
        ("<w:r><w:t>甲</w:t></w:r><w:r><w:drawing><wp:inline><wp:docPr id='1' name='a' descr='柱状图'/>"
         "<a:graphic>"
         "<a:graphicData uri='u'><c:chart r:id='rId1'/></a:graphicData></a:graphic></wp:inline>"
         "</w:drawing></w:r>",
         "甲", "chart", "柱状图"),
        ("<w:r><w:t>甲</w:t></w:r><w:r><w:object><o:OLEObject ProgID='Equation.3'/></w:object></w:r>",
         "甲", "equation", "Equation.3"),
    ],
)  # fmt: skip
def test_what_is_not_carried_over_is_named_with_its_words(xml, text, code, named) -> None:
    document = paragraph(xml)

    assert "".join(text_of(b.runs) for b in document.blocks) == text
    assert losses(document) == {code: named}


@pytest.mark.parametrize(
    ("xml", "runs"),
    [
        ("<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>HYPERLINK \"https://example.org/\"</w:instrText></w:r>"
         "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>看</w:t></w:r><w:r><w:fldChar "
         "w:fldCharType='end'/></w:r>",
         [Run("看", link="https://example.org/")]),
        ("<w:r><w:t>x</w:t></w:r><w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>2</w:t>"
         "</w:r>", [Run("x²")]),
        ("<w:r><w:rPr><w:em w:val='dot'/></w:rPr><w:t>重点</w:t></w:r><w:r><w:t>。</w:t></w:r>",
         [Run("重点", bold=True), Run("。")]),
        ("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:noBreakHyphen/><w:t>丙</w:t></w:r>", [Run("甲\n乙-丙")]),
        ("<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>", [Run("控件")]),
    ],
)  # fmt: skip
def test_what_is_carried_over(xml, runs) -> None:
    (block,) = paragraph(xml).blocks

    assert block.runs == runs


def test_a_table_of_contents_and_headers_are_left_out_and_named() -> None:
    def write(document) -> None:
        document.sections[0].header.paragraphs[0].text = "内部资料"
        add_xml(document, "<w:p {ns}><w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> "
        "TOC \\o </w:instrText></w:r>"
                "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t>第一章 1</w:t></w:r>"
                "</w:p>")  # fmt: skip
        add_xml(
            document,
            "<w:p {ns}><w:r><w:t>第二章 2</w:t></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>",
        )
        document.add_paragraph("正文。")

    document = read(word(write))

    assert [text_of(b.runs) for b in document.blocks] == ["正文。"]
    assert losses(document) == {"contents": "第一章 1 第二章 2", "margin": "内部资料"}


def test_a_relation_that_leads_nowhere_does_not_matter() -> None:
    """WPS and some converters leave them behind."""

    def add(part: bytes) -> bytes:
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
        return part.replace(
            b"</Relationships>",
            b'<Relationship Id="rId88" Type="' + kind + b'" Target="NULL"/></Relationships>',
        )

    document = read(repacked(word(), {"word/_rels/document.xml.rels": add}))

    assert text_of(document.blocks[1].runs) == "从群众中来，到群众中去。"


def test_the_strict_dialect_is_read() -> None:
    def strict(part: bytes) -> bytes:
        for usual, other in (
            (b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
            (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
        ):  # fmt: skip
            part = part.replace(usual, other)
        return part

    names = ["word/document.xml", "word/styles.xml", "_rels/.rels", "word/_rels/document.xml.rels"]
    document = read(repacked(word(), dict.fromkeys(names, strict)))

    assert [type(block) for block in document.blocks] == [Heading, Paragraph]


def test_a_file_without_a_text_is_not_read() -> None:
    with pytest.raises(NotReadable):
        open_word(io.BytesIO(repacked(word(), {"word/document.xml": b"<a/>"})))


def test_a_picture_takes_its_words_and_its_caption_along() -> None:
    def write(document) -> None:
        document.add_picture(io.BytesIO(picture()))
        document.add_paragraph("图一", style="Caption")

    assert read(word(write)).blocks == [Picture("word/media/image1.png", "", "图一")]


WORDS = st.text(alphabet="群众路线abc 123，。、（）《》“”—", min_size=1, max_size=30)
STYLES = [
    "Normal",
    "Heading 1",
    "Heading 2",
    "Title",
    "Quote",
    "List Bullet",
    "List Number",
    "Caption",
    "List Bullet 2",
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([*STYLES, "table", "bold"]), WORDS), max_size=12))
def test_no_word_of_a_document_is_lost(lines) -> None:
    def write(document) -> None:
        for style, words in lines:
            if style == "table":
                document.add_table(2, 2).cell(1, 1).text = words
            elif style == "bold":
                document.add_paragraph().add_run(words).bold = True
            else:
                document.add_paragraph(words, style=style)

    kept = "".join(all_words(read(word(write))).split())

    for _style, words in lines:
        assert "".join(words.split()) in kept
