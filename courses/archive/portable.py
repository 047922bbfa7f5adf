"""
The blocks of a lesson without the numbers of this database, and back: the walk knows how blocks are made.

Whatever a block points at is named by what is the same everywhere: a file by the digest of its contents, a
passage and a quiz by their keys, a page by its translation key. A block of a new kind needs nothing here as
long as it is made of the blocks that Wagtail knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import BaseTypedTableBlock
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from quizzes.models import Quiz
from sources.models import Passage

Change = Callable[[str, Any], Any]
"""What to put instead of a pointer: (`image`, `document`, `passage`, `quiz` or `page`; the pointer)."""


class NotPortable(Exception):
    """A value that no lesson can hold, or that no archive can carry: it says where."""


def targets() -> dict[type, str]:
    return {
        get_image_model(): "image",
        get_document_model(): "document",
        Passage: "passage",
        Quiz: "quiz",
    }


def walk(block: blocks.Block, value: Any, change: Change) -> Any:
    """
    Return the stored value of a block with every pointer changed.

    :raises NotPortable: when the value does not fit the block.
    """
    if value is None:
        return None
    if isinstance(block, blocks.ChooserBlock):
        kind = targets().get(block.model_class)
        if kind is None:
            raise NotPortable(block.name)
        return change(kind, value)
    if isinstance(block, blocks.RichTextBlock):
        return links(_text(block, value), change)
    if isinstance(block, blocks.BaseStreamBlock):
        return [_child(block, each, change) for each in _rows(block, value)]
    if isinstance(block, blocks.ListBlock):
        return [_item(block, each, change) for each in _rows(block, value)]
    if isinstance(block, blocks.BaseStructBlock):
        return _struct(block, value, change)
    if isinstance(block, BaseTypedTableBlock):
        return _table(block, value, change)
    return _plain(block, value)


def _rows(block: blocks.Block, value: Any) -> list:
    if not isinstance(value, list):
        raise NotPortable(block.name)
    return value


def _text(block: blocks.Block, value: Any) -> str:
    if not isinstance(value, str):
        raise NotPortable(block.name)
    return value


def _child(stream: blocks.BaseStreamBlock, each: Any, change: Change) -> dict[str, Any]:
    if not isinstance(each, dict) or each.get("type") not in stream.child_blocks:
        raise NotPortable(str(each.get("type")) if isinstance(each, dict) else stream.name)
    inner = stream.child_blocks[each["type"]]
    return {
        "type": each["type"],
        "value": walk(inner, each.get("value"), change),
        "id": str(each.get("id") or ""),
    }


def _item(block: blocks.ListBlock, each: Any, change: Change) -> dict[str, Any]:
    if not isinstance(each, dict) or "value" not in each:  # as lists were stored once
        each = {"value": each}
    value = walk(block.child_block, each["value"], change)
    return {"type": "item", "value": value, "id": str(each.get("id") or "")}


def _struct(block: blocks.BaseStructBlock, value: Any, change: Change) -> dict[str, Any]:
    if not isinstance(value, dict) or not value.keys() <= block.child_blocks.keys():
        raise NotPortable(block.name)
    return {name: walk(block.child_blocks[name], inner, change) for name, inner in value.items()}


def _table(block: BaseTypedTableBlock, value: Any, change: Change) -> dict[str, Any]:
    try:
        columns = [{"type": c["type"], "heading": _text(block, c["heading"])} for c in value["columns"]]
        kinds = [block.child_blocks[column["type"]] for column in columns]
        rows = [
            {"values": [walk(kind, cell, change) for kind, cell in zip(kinds, row["values"], strict=True)]}
            for row in value["rows"]
        ]
        return {"columns": columns, "rows": rows, "caption": str(value.get("caption") or "")}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotPortable(block.name) from error


def _plain(block: blocks.Block, value: Any) -> Any:
    """A number or a short text; what cannot be read as this block's value is refused."""
    if not isinstance(value, str | int | float | bool):
        raise NotPortable(block.name)
    try:
        block.get_prep_value(block.to_python(value))
    except (ValueError, TypeError, ArithmeticError) as error:
        raise NotPortable(block.name) from error
    if isinstance(block, blocks.CharBlock | blocks.TextBlock) and not isinstance(value, str):
        raise NotPortable(block.name)
    if isinstance(block, blocks.IntegerBlock) and not isinstance(value, int):
        raise NotPortable(block.name)
    return value


_LINK = re.compile(r"<a\b([^>]*\blinktype=\"(page|document)\"[^>]*)>(.*?)</a>", re.DOTALL)
_ID = re.compile(r'\s(?:id|data-key)="([^"]*)"')


def links(html: str, change: Change) -> str:
    """Change where the links of a text point; one that leads nowhere any more becomes plain words."""

    def one(found: re.Match[str]) -> str:
        pointer = _ID.search(found[1])
        key = change(found[2], pointer[1]) if pointer else None
        if key is None:
            return found[3]
        name = "id" if isinstance(key, int) else "data-key"
        return f'<a linktype="{found[2]}" {name}="{key}">{found[3]}</a>'

    return _LINK.sub(one, html)


ALLOWED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(["p", "b", "i", "strong", "em", "ol", "ul", "li", "br"], frozenset({"data-block-key"})),
    "a": frozenset({"href", "linktype", "data-key", "id"}),
}
_LEADS_SOMEWHERE = re.compile(r"(https?://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)


@dataclass
class _Looking(HTMLParser):
    """Looks at the marks of a text and changes nothing."""

    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=False)

    def handle_data(self, data: str) -> None:
        """A mark that is not closed reads as words, and takes in what the page says next."""
        if "<" in data:
            self.faults.append("<")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED or not {name for name, _value in attrs} <= ALLOWED[tag]:
            self.faults.append(tag)
        for name, value in attrs:
            if name == "href" and not _LEADS_SOMEWHERE.match(value or ""):
                self.faults.append(name)
            if name == "linktype" and value not in {"page", "document"}:
                self.faults.append(name)

    def handle_decl(self, decl: str) -> None:
        self.faults.append("!")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("!")

    def handle_pi(self, data: str) -> None:
        self.faults.append("?")

    def handle_comment(self, data: str) -> None:
        self.faults.append("!--")


def check_html(html: str) -> None:
    """
    Look whether a text from outside holds only what the editor's pages would have made.

    :raises NotPortable: when it holds anything else. It is refused, not mended: what we write passes.
    """
    looking = _Looking()
    looking.feed(html)
    looking.close()
    if looking.faults:
        raise NotPortable(f"<{looking.faults[0]}>")


def check_texts(block: blocks.Block, value: Any) -> None:
    """
    Look through every text with marks of a block from an archive.

    :raises NotPortable: at the first that holds what no lesson holds.
    """
    if value is None:
        return
    if isinstance(block, blocks.RichTextBlock):
        check_html(value)
    elif isinstance(block, blocks.BaseStreamBlock):
        for each in value:
            check_texts(block.child_blocks[each["type"]], each["value"])
    elif isinstance(block, blocks.ListBlock):
        for each in value:
            check_texts(block.child_block, each["value"])
    elif isinstance(block, blocks.BaseStructBlock):
        for name, inner in value.items():
            check_texts(block.child_blocks[name], inner)
    elif isinstance(block, BaseTypedTableBlock):
        for row in value["rows"]:
            for column, cell in zip(value["columns"], row["values"], strict=True):
                check_texts(block.child_blocks[column["type"]], cell)


def page_key(pk: str) -> str | None:
    """The translation key of a page that a text links to."""
    found = (
        Page.objects.filter(pk=pk).values_list("translation_key", flat=True).first() if pk.isdigit() else None
    )
    return str(found) if found else None
