"""Clean web pages read into our own form. Scripts and the like were taken out before the pages were kept."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any
from urllib.parse import unquote

from bs4 import BeautifulSoup, NavigableString, Tag

from courses.importing.document import (
    Block,
    Document,
    Heading,
    Item,
    Items,
    Loss,
    Paragraph,
    Picture,
    Run,
    Runs,
    Table,
    joined,
    text_of,
)
from courses.importing.word import Tell
from courses.importing.word_tables import MOST_COLUMNS

_BLOCK_NAMES = (
    "h1 h2 h3 h4 h5 h6 p div section article main header footer aside blockquote pre hr ol ul dl dt dd "
    "table figure img details center title "
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
MOST_ROWS = 2000
"""Of a table; what is beyond is left out and told."""

_QUOTE_CLASS = re.compile(r"quote", re.IGNORECASE)


def read_pages(file: IO[bytes], removed: Mapping[str, int], tell: Tell) -> Document:
    """Read a package of clean pages, in their order."""
    document = Document(losses=[Loss(code, 0, "", count) for code, count in removed.items()])
    tell("opening", 0, 0)
    with zipfile.ZipFile(file) as package:
        names = sorted(name for name in package.namelist() if name.startswith("pages/"))
        pictures = {
            name.removeprefix("pictures/") for name in package.namelist() if name.startswith("pictures/")
        }
        for place, name in enumerate(names):
            tell("reading", place, len(names))
            page = name.split("/", 2)[2]
            before = len(document.blocks)
            _Page(document, page, pictures, f"{place}:").read(package.read(name).decode())
            if len(names) > 1 and not any(isinstance(b, Heading) for b in document.blocks[before:]):
                stem = posixpath.splitext(posixpath.basename(page))[0]
                document.blocks.insert(before, Heading(1, [Run(stem)]))
    return document


class _Page:
    """One page on its way into the document."""

    def __init__(self, document: Document, path: str, pictures: set[str], prefix: str) -> None:
        self.document, self.path, self.pictures, self.prefix = document, path, pictures, prefix
        self.notes: dict[str, Tag] = {}
        self.after: list[Block] = []

    def read(self, text: str) -> None:
        soup = BeautifulSoup(text, "html.parser")
        self._find_notes(soup)
        for block in self._children(soup):
            self.document.blocks.append(block)

    def lose(self, code: str, words: str = "", count: int = 1) -> None:
        self.document.losses.append(Loss(code, len(self.document.blocks), words.strip(), count))

    # Notes

    def _find_notes(self, soup: BeautifulSoup) -> None:
        """A link to a place further on that leads back to the link is the mark of a note."""
        places: dict[str, Tag] = {}
        for tag in soup.find_all(True):
            for name in (tag.get("id"), tag.get("name")):
                if name:
                    places.setdefault(str(name), tag)
        for link in soup.find_all("a", href=re.compile("^#.")):
            name = str(link["href"])[1:]
            own = {str(t.get(key)) for t in (link, link.parent) if t for key in ("id", "name") if t.get(key)}
            place = _whole(places.get(name))
            if not own or place is None or link in place.find_all("a"):
                continue
            backs = [a for a in place.find_all("a", href=True) if str(a["href"])[1:] in own]
            if backs:
                self.notes[name] = place
                for back in backs:
                    back["data-back"] = "1"
        for name, place in self.notes.items():
            for back in place.find_all("a", attrs={"data-back": True}):
                back.decompose()
            self.document.notes[self.prefix + name] = _as_one(self, place)
        for place in self.notes.values():
            place.extract()

    # Blocks

    def _children(self, inside: Tag, *, quoted: bool = False) -> Iterator[Block]:
        loose: Runs = []
        for child in list(inside.children):
            if isinstance(child, Tag) and child.name in BLOCKS:
                yield from self._loose(loose, quoted)
                loose = []
                yield from self._block(child, quoted)
            else:
                loose += self._runs(child)
        yield from self._loose(loose, quoted)

    def _loose(self, runs: Runs, quoted: bool) -> Iterator[Block]:
        if found := joined(_one_space(runs)):
            yield Paragraph(found, quoted)
        waiting, self.after = self.after, []
        yield from waiting

    def _block(self, tag: Tag, quoted: bool) -> Iterator[Block]:
        name = tag.name
        classes = " ".join(tag.get("class") or [])
        if name == "title":
            self.document.title = self.document.title or " ".join(tag.get_text().split())
        elif name[0] == "h" and name[1:].isdigit():
            runs = joined(_one_space(self._runs(tag)))
            if runs:
                yield Heading(
                    int(name[1:]), [Run(" ".join(text_of(runs).split())), *[r for r in runs if r.note]]
                )
            yield from self._loose([], quoted)
        elif name == "pre":
            yield from self._preformatted(tag)
        elif name == "img":
            yield from self._picture(tag)
        elif name == "figure":
            yield from self._figure(tag)
        elif name in ("ul", "ol"):
            items = list(self._items(tag, 0))
            if items:
                yield Items(items)
            yield from self._loose([], quoted)
        elif name == "table":
            yield from self._table(tag)
        elif name == "dt":
            yield from self._loose(
                [Run(r.text, True, r.italic, r.link, r.note) for r in self._runs(tag)], quoted
            )
        else:
            quoted = quoted or name == "blockquote" or (name == "p" and bool(_QUOTE_CLASS.search(classes)))
            yield from self._children(tag, quoted=quoted)

    def _preformatted(self, tag: Tag) -> Iterator[Block]:
        if tag.get_text().strip():
            yield Paragraph(joined([Run(tag.get_text())]))

    def _figure(self, tag: Tag) -> Iterator[Block]:
        caption = tag.find("figcaption")
        words = " ".join(caption.get_text().split()) if isinstance(caption, Tag) else ""
        if isinstance(caption, Tag):
            caption.extract()
        for block in self._children(tag):
            if isinstance(block, Picture | Table) and words:
                block.caption, words = words, ""
            yield block
        if words:
            yield Paragraph([Run(words)], caption=True)

    def _picture(self, tag: Tag) -> Iterator[Block]:
        source, alt = str(tag.get("src") or ""), str(tag.get("alt") or "").strip()
        name = posixpath.normpath(
            posixpath.join(posixpath.dirname(self.path), unquote(source.partition("?")[0]))
        )
        name = name.removeprefix("/") if source.startswith("/") else name
        if name in self.pictures:
            yield Picture("pictures/" + name, alt)
        elif re.match(r"(https?:)?//", source):
            self.lose("picture_elsewhere", f"{alt} {source[:200]}")
        else:
            self.lose("picture_missing", f"{alt} {source[:200]}")

    def _items(self, tag: Tag, level: int) -> Iterator[Item]:
        ordered, start = tag.name == "ol", str(tag.get("start") or "1")
        number = int(start) if start.isdecimal() and len(start) < 10 else 1
        plain = ordered and number == 1
        for child in tag.find_all(["li", "ul", "ol"], recursive=False):
            if child.name != "li":
                yield from self._items(child, level + 1)
                continue
            lists = child.find_all(["ul", "ol"])
            inner = [one for one in lists if one.find_parent("li") is child]
            for one in inner:
                one.extract()
            runs = _as_one(self, child)
            if ordered and not plain:
                runs = joined([Run(f"{number}. "), *runs])
            yield Item(level, plain, runs, number if plain else 0)
            number += 1
            for one in inner:
                yield from self._items(one, level + 1)

    def _table(self, tag: Tag) -> Iterator[Block]:
        caption = tag.find("caption")
        words = " ".join(caption.get_text().split()) if isinstance(caption, Tag) else ""
        rows = [row for row in tag.find_all("tr") if row.find_parent("table") is tag]
        table, merged, beyond = Table([], caption=words), 0, 0
        down: dict[int, int] = {}
        for row in rows:
            cells: list[list[Runs]] = []
            for cell in row.find_all(["td", "th"], recursive=False):
                while down.get(len(cells), 0) > 0:
                    down[len(cells)] -= 1
                    cells.append([])
                wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
                merged += (wide > 1) + (high > 1)
                for n in range(wide):
                    if high > 1:
                        down[len(cells)] = high - 1
                    cells.append([] if n else [runs for runs in [_as_one(self, cell)] if runs])
            while down.get(len(cells), 0) > 0:
                down[len(cells)] -= 1
                cells.append([])
            if len(table.rows) < MOST_ROWS:
                table.rows.append(cells[:MOST_COLUMNS])
                beyond += len(cells[MOST_COLUMNS:])
            else:
                beyond += len(cells)
        width = max((len(row) for row in table.rows), default=0)
        for filled in table.rows:
            filled.extend([] for _missing in range(width - len(filled)))
        table.merged, table.header = merged, len(table.rows) > 1
        if merged:
            self.lose("merged_cells", count=merged)
        if beyond:
            self.lose("table_too_large", count=beyond)
        if width:
            yield table
        yield from self._loose([], False)

    # Runs

    def _runs(self, node: Any, look: Run | None = None) -> Runs:
        look = look or Run("")
        if isinstance(node, NavigableString):
            return [Run(str(node), *look.looks())] if type(node) is NavigableString else []
        if not isinstance(node, Tag):
            return []
        if node.name == "br":
            return [Run("\x00", *look.looks())]
        if node.name == "img":
            self.after += self._picture(node)
            return []
        href = str(node.get("href") or "")
        if node.name == "a" and href[1:] in self.notes and href.startswith("#"):
            return [Run("", note=self.prefix + href[1:])]
        inner = self._inner_look(node, look, href)
        found = [run for child in node.children for run in self._runs(child, inner)]
        return [Run("\x00"), *found] if node.name in BLOCKS and found else found

    def _inner_look(self, node: Tag, look: Run, href: str) -> Run:
        bold = look.bold or node.name in ("b", "strong", "mark", "th")
        italic = look.italic or node.name in ("i", "em", "cite")
        if node.name in ("u", "ins"):
            self.lose("underline", node.get_text())
        elif node.name in ("s", "del"):
            self.lose("strike", node.get_text())
        elif node.name in ("sup", "sub") and node.get_text().strip() and not node.find("a"):
            self.lose("raised", node.get_text())
        if href.startswith("#"):
            self.lose("inner_link", node.get_text())
        link = href if re.match(r"(https?|mailto):", href) else look.link
        return Run("", bold, italic, link)


def _whole(tag: Tag | None) -> Tag | None:
    """The note that a place belongs to: the place itself, or the paragraph or item it opens."""
    if tag is None or tag.name in ("li", "p", "div", "dd", "aside"):
        return tag
    return tag.find_parent(["li", "p", "dd", "div"])


def _one_space(runs: Runs) -> Runs:
    """White space as a browser shows it; a line break stays one."""
    found: Runs = []
    for run in runs:
        text = re.sub(r"[ \t\n\r\f]+", " ", run.text).replace(" \x00", "\x00").replace("\x00 ", "\x00")
        found.append(Run(text.replace("\x00", "\n"), *run.looks()))
    return found


def _as_one(page: _Page, tag: Tag) -> Runs:
    """All that is in an element as one paragraph."""
    return joined(_one_space([run for child in tag.children for run in page._runs(child)]))


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1")
    return max(1, min(int(value), MOST_COLUMNS)) if value.isdecimal() and len(value) < 10 else 1
