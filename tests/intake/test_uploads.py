"""What is taken from outside: told by its content, refused with a sentence, never by its name."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.utils.translation import override

from intake.uploads import KINDS, UploadRefused, check, sanitised_svg
from tests.intake import files

EVERYTHING = frozenset(KINDS)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'
VTT = "WEBVTT\n\n00:01.000 --> 00:04.000\n从群众中来\n"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "name", "kind", "extension", "seconds"),
    [
        (files.picture("PNG"), "a.png", "image", "png", 0),
        (files.picture("JPEG"), "a.JPG", "image", "jpg", 0),
        (files.picture("GIF"), "a.gif", "image", "gif", 0),
        (files.picture("WEBP"), "a.webp", "image", "webp", 0),
        (files.picture("AVIF"), "a.avif", "image", "avif", 0),
        (SVG.encode() % b"<rect/>", "a.svg", "svg", "svg", 0),
        (files.word(), "a.docx", "docx", "docx", 0),
        (PDF, "a.pdf", "pdf", "pdf", 0),
        (files.mp4(), "a.mp4", "video", "mp4", 65),
        (files.mp4(handler=b"soun"), "a.m4a", "audio", "m4a", 65),
        (files.webm(), "a.webm", "video", "webm", 12),
        (files.mp3(), "a.mp3", "audio", "mp3", 5),
        (VTT.encode(), "a.vtt", "captions", "vtt", 0),
        ("群众".encode("gb18030"), "a.txt", "text", "txt", 0),
        (b"# a\n", "a.md", "markdown", "md", 0),
        (b"<!doctype html><p>a</p>", "a.html", "html", "html", 0),
        (files.packed({"a.html": "<p>a</p>"}), "a.zip", "archive", "zip", 0),
        (files.loading("hyperlink", "https://example.org/"), "a.docx", "docx", "docx", 0),
        (files.loading("attachedTemplate", "file:///C:\\Users\\me\\Normal.dotm"), "a.docx", "docx",
         "docx", 0),
    ],
)  # fmt: skip
def test_a_good_file_is_known_by_its_content(content, name, kind, extension, seconds) -> None:
    checked = check(ContentFile(content, name=name), EVERYTHING)

    assert (checked.kind, checked.extension, checked.seconds) == (kind, extension, seconds)


@pytest.mark.parametrize(
    ("content", "name", "code", "said"),
    [
        (b"", "a.png", "empty", "empty"),
        (files.huge_png(), "a.png", "too_many_pixels", "100 million"),
        (files.picture()[:60], "a.png", "not_an_image", "Save it anew"),
        (files.picture("PNG"), "a.pdf", "misnamed", ".png"),
        (files.with_macros(), "a.docx", "macros", "without macros"),
        (files.as_docm(), "a.docm", "macros", "without macros"),
        (files.loading("image", "https://example.org/a.png"), "a.docx", "outside", "Break Link"),
        (files.loading("attachedTemplate", "https://example.org/a.dotm"), "a.docx", "outside",
         "attachedTemplate"),
        (files.loading("attachedTemplate", r"\\host\share\a.dotm"), "a.docx", "outside", "attachedTemplate"),
        (files.loading("oleObject", "file:///C:/a.xlsx"), "a.docx", "outside", "oleObject"),
        (files.with_entities(), "a.docx", "entities", "entities"),
        (files.bomb(), "a.docx", "bomb", "unpacks"),
        (files.repacked(files.word(), {"word/media/image1.png": files.huge_png()}), "a.docx",
         "too_many_pixels", "image1.png"),
        (files.repacked(files.word(), {"../../etc/passwd": b"x"}), "a.docx", "paths", "outside of itself"),
        (files.word()[:4000], "a.docx", "damaged", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", "not_this_kind", "Save it as .docx"),
        (SVG.encode() % b"<script>alert(1)</script>", "a.svg", "active_svg", "script"),
        (SVG.encode() % b'<rect onclick="a()"/>', "a.svg", "active_svg", "onclick"),
        (SVG.encode() % b'<image href="https://example.org/a.png"/>', "a.svg", "active_svg", "href"),
        (SVG.encode() % b"<foreignObject/>", "a.svg", "active_svg", "foreignObject"),
        (SVG.encode() % b"<style>a{fill:url(//b)}</style>", "a.svg", "active_svg", "url"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.encode() % b"", "a.svg", "entities", "entities"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 200, "a.mp4", "not_a_recording", "cut off"),
        (files.mp4()[:-20], "a.mp4", "not_a_recording", "cut off"),
        (files.mp4(seconds=7 * 3600), "a.mp4", "too_long", "six hours"),
        ("这不是影片".encode(), "a.mp4", "not_this_kind", "cannot be told"),
        (b"MZ\x90\0\3\0\0\0", "a.mp4", "not_this_kind", "cannot be told"),
        (files.mp3(), "a.mp4", "misnamed", ".mp3"),
        (b"WEBVTT\n\n1 --> 2\na\n", "a.vtt", "not_captions", "Line 3"),
        (b"WEBVTT\n", "a.vtt", "not_captions", "no words"),
        (b"%PDF-1.7\n<</OpenAction<</S/JavaScript/JS(a)>>>>\n%%EOF", "a.pdf", "active_pdf", "scripts"),
        (b"%PDF-1.7\n", "a.pdf", "damaged", "cut off"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_a_sentence_that_says_what_to_do(content, name, code, said) -> None:
    with override("en"), pytest.raises(UploadRefused) as refused:
        check(ContentFile(content, name=name), EVERYTHING)

    assert refused.value.code == code
    with override("en"):
        assert said in str(refused.value.words)


def test_what_is_not_asked_for_is_named() -> None:
    with override("en"), pytest.raises(UploadRefused) as refused:
        check(ContentFile(PDF, name="a.pdf"), {"docx", "markdown"})

    assert refused.value.words == (
        "By its content this is a PDF; taken is here: a Word document (.docx), a Markdown text (.md)."
    )


def test_only_what_draws_is_left_of_a_drawing() -> None:
    drawing = SVG % (
        '<title>T</title><script>a()</script><g onload="a()" style="fill:red"><path d="M0 0"/></g>'
        '<use href="#a"/><use href="http://b/#a"/><a href="javascript:a()"><text>t</text></a>'
        "<metadata>m</metadata>"
    )

    assert sanitised_svg(drawing.encode()).decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>T</title>'
        '<g style="fill:red"><path d="M0 0" /></g><use href="#a" /><use /><a><text>t</text></a></svg>'
    )
