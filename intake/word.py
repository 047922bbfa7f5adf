"""Word files: no macros, nothing loaded from elsewhere, no programs inside, no huge pictures."""

from __future__ import annotations

import re
import zipfile
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

from intake import limits
from intake.images import EXTENSIONS, TURNED_INTO_PNG, check_image
from intake.packages import CHUNK, DAMAGED, check_xml, new_parser, opened, read_part
from intake.refusals import UploadRefused

_PICTURE = re.compile(r"\.(png|jpe?g|gif|webp|avif|bmp|tiff?)$", re.IGNORECASE)
_HARMLESS_LINK = ("hyperlink",)
_LOCAL = re.compile(r"^(file:/{0,3})?(/|[a-z]:|[^/\\:]+$|\.)", re.IGNORECASE)
_FETCHES = re.compile(
    r"^\s*(?:DDE(?:AUTO)?\b.*|(?:INCLUDETEXT|IMPORT)\b.*?(?:https?:|ftp:|\\\\).*)",
    re.IGNORECASE | re.MULTILINE,
)
_MACROS = ("vbaproject.bin", "vbadata.xml")

MACROS = _(
    "The file has macros. Nothing of them was run, and nothing was kept. "
    "Save it as .docx (Word document without macros) and send that."
)
OUTSIDE = _(
    "The file loads something from elsewhere (%(what)s). Nothing was fetched, and nothing was "
    "kept. In Word: File, "
    "Info, Edit Links to Files, Break Link; put the pictures into the file itself; then send it again. "
    "Ordinary links in the text may stay."
)
PROGRAM = _("A program or file is packed into the document. Take it out and send the document again.")


def check_docx(file: IO[bytes]) -> None:
    """
    Look into a Word file without opening it as a document.

    :raises UploadRefused: when it has what no lesson needs, with what to do about it.
    """
    with opened(file) as package:
        check_office(package, main="wordprocessingml")


def check_office(package: zipfile.ZipFile, *, main: str) -> None:
    """
    Look into a file of the Office kind: its types, relations, XML parts and pictures.

    :raises UploadRefused: as `check_docx`.
    """
    names = package.namelist()
    if any(name.lower().endswith(_MACROS) or "/activex/" in name.lower() for name in names):
        raise UploadRefused("macros", MACROS)
    types = read_part(package, "[Content_Types].xml", limits.SMALL_BYTES)
    if b"macroenabled" in types.lower() or b"vbaproject" in types.lower():
        raise UploadRefused("macros", MACROS)
    if main.encode() not in types and b"purl.oclc.org" not in types:
        raise UploadRefused("damaged", DAMAGED.words)
    for name in names:
        if name.lower().endswith((".xml", ".rels")):
            check_xml(package, name)
        if name.lower().endswith(".rels"):
            _check_relations(package, name)
        elif _PICTURE.search(name):
            _check_picture(package, name)
        elif name.lower().startswith("word/") and name.lower().endswith(".xml"):
            _check_fields(package, name)
        elif name.lower().startswith("xl/externallinks/") and b"ddeLink" in read_part(package, name):
            raise UploadRefused("outside", OUTSIDE % {"what": "DDE"})
    _check_objects(package)


def _check_fields(package: zipfile.ZipFile, name: str) -> None:
    """Refuse fields that start a program, or bring in words from elsewhere."""
    instructions: list[str] = []
    within = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal within
        bare = tag.rpartition(":")[2]
        within = bare == "instrText"
        if bare == "fldChar":
            instructions.append("\n")
        elif bare == "fldSimple":
            values = [value for key, value in attributes.items() if key.rpartition(":")[2] == "instr"]
            instructions.append(f"\n{''.join(values)}\n")

    def end(_tag: str) -> None:
        nonlocal within
        within = False

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda words: instructions.append(words) if within else None
    with package.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    if found := _FETCHES.search("".join(instructions)):
        raise UploadRefused("outside", OUTSIDE % {"what": " ".join(found[0].split())[:80]})


def relations(content: bytes) -> list[dict[str, str]]:
    """The relations that a part of the package declares."""
    found: list[dict[str, str]] = []
    parser = new_parser()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            found.append(attributes)

    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UploadRefused("damaged", DAMAGED.words) from error
    return found


def _check_relations(package: zipfile.ZipFile, name: str) -> None:
    for relation in relations(read_part(package, name, limits.SMALL_BYTES)):
        if relation.get("TargetMode", "").lower() != "external":
            continue
        kind = relation.get("Type", "").rpartition("/")[2]
        target = relation.get("Target", "")
        if kind in _HARMLESS_LINK:
            continue
        if kind == "attachedTemplate" and _is_local(target):
            continue  # every document made from a template of one's own names it; nobody follows it
        raise UploadRefused("outside", OUTSIDE % {"what": f"{kind}: {target[:80]}"})


def _is_local(target: str) -> bool:
    """A path on the writer's own machine: no address, and no share of a network."""
    bare = target.replace("\\", "/")
    if bare.startswith("//") or re.match(r"file:/{4,}|file://[^/]", bare, re.IGNORECASE):
        return False
    return bool(_LOCAL.match(bare)) and not re.match(r"(https?|ftp|smb|ldap|mhtml):", bare, re.IGNORECASE)


def _check_picture(package: zipfile.ZipFile, name: str) -> None:
    """Only too large a picture counts: a broken one is left out later, and named."""
    with package.open(name) as picture:
        try:
            check_image(picture, formats=frozenset({*EXTENSIONS, *TURNED_INTO_PNG}))
        except UploadRefused as refused:
            if refused.code in {"too_many_pixels", "too_many_frames"}:
                raise UploadRefused(refused.code, f"{name.rpartition('/')[2]}: {refused.words}") from refused


def _check_objects(package: zipfile.ZipFile) -> None:
    """Refuse a packed program or file (the “Packager” of Windows); tables and equations may stay."""
    for name in package.namelist():
        if name.startswith("word/embeddings/") and name.lower().endswith(".bin"):
            content = read_part(package, name, limits.UNPACKED_BYTES)
            if "\x01Ole10Native".encode("utf-16-le") in content:
                native = content.find("Equation Native".encode("utf-16-le")) < 0
                if native and b"Package" in content:
                    raise UploadRefused("program", PROGRAM)
