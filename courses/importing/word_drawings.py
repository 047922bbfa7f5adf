"""What stands in a Word file beside the text: pictures, text boxes, charts, diagrams, embedded objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from courses.importing.document import Paragraph, Run
from courses.importing.word_reading import Reading, all_words, local, name_of, root_of

_DIAGRAM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"


def read_drawing(reading: Reading, drawing: Any) -> None:
    """DrawingML: a picture, a group of them, a shape with or without words, a chart, a diagram, a video."""
    properties = next(drawing.iter(qn("wp:docPr")), None)
    alt = (properties.get("descr") or properties.get("title") or "") if properties is not None else ""
    found = False
    for element in _outside_boxes(drawing):
        name = local(element)
        if name == "blip" and element.get(qn("r:embed")):
            found = True
            own = _own_alt(element)
            reading.add_picture(element.get(qn("r:embed")), own or alt)
        elif name == "blip" and element.get(qn("r:link")):
            found = True
            reading.lose("picture_missing", alt)
        elif name == "chart":
            found = True
            reading.lose("chart", alt)
        elif name == "relIds":
            found = True
            reading.lose("diagram", _diagram_words(reading, element) or alt)
        elif name in ("webVideoPr", "videoFile"):
            found = True
            reading.lose("video", alt)
        elif name == "txbxContent":
            found = True
            _text_box(reading, element)
    if not found:
        reading.lose("shape", alt)


def _own_alt(blip: Any) -> str:
    """The words of one picture of a group."""
    picture = blip.getparent().getparent() if blip.getparent() is not None else None
    if picture is None or local(picture) != "pic" or local(picture.getparent()) == "graphicData":
        return ""
    properties = next(picture.iter(qn("pic:cNvPr")), None)
    return (properties.get("descr") or "") if properties is not None else ""


def _outside_boxes(element: Any) -> Iterator[Any]:
    """All elements within, but not those within a text box: it is read by itself."""
    for child in element:
        if not isinstance(child.tag, str):
            continue
        yield child
        if local(child) == "AlternateContent":
            continue
        if local(child) != "txbxContent":
            yield from _outside_boxes(child)


def read_vml(reading: Reading, element: Any) -> None:
    """The older kind of drawing, which WPS and old documents still have; and objects with their picture."""
    found = False
    for inner in _outside_boxes(element):
        name = local(inner)
        if name == "imagedata" and inner.get(qn("r:id")):
            found = True
            shape = inner.getparent()
            reading.add_picture(
                inner.get(qn("r:id")), shape.get("alt") or inner.get(name_of("o:title")) or ""
            )
        elif name == "txbxContent":
            found = True
            _text_box(reading, inner)
        elif name == "OLEObject":
            found = True
            kind = inner.get("ProgID", "")
            reading.lose("equation" if kind.startswith("Equation") else "object", kind)
        elif name == "textpath":
            found = True
            reading.lose("word_art", inner.get("string", ""))
    if not found and local(element) == "pict":
        reading.lose("shape", all_words(element))


def _text_box(reading: Reading, content: Any) -> None:
    """The words of a text box become paragraphs after the one it is tied to."""
    from courses.importing.word_runs import read_runs  # the two read each other's insides

    reading.lose("text_box", all_words(content))
    for paragraph in content.iter(qn("w:p")):
        nearest = next(paragraph.iterancestors(qn("w:txbxContent")), None)
        if nearest is content and (runs := read_runs(reading, paragraph)):
            reading.after.append(Paragraph([Run(run.text, *run.looks()) for run in runs]))


def _diagram_words(reading: Reading, element: Any) -> str:
    relation = reading.package.part.rels.get(element.get(qn("r:dm"), ""))
    if relation is None or relation.is_external:
        return ""
    root = root_of(relation.target_part)
    return " ".join(t.text for t in root.iter(name_of("a:t")) if t.text)
