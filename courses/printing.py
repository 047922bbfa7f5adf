"""
A published lesson for paper: the blocks of the print contract, read from the HTML that was frozen.

Every word of the lesson is kept. What is not known as a block becomes plain paragraphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import override

from courses.models import LessonEdition
from courses.publishing import lesson_url
from paper.content import Block, LessonPart

Run = dict[str, Any]

_INLINE = {"a", "abbr", "b", "br", "cite", "code", "em", "i", "mark", "q", "s", "small", "span", "strong"}
_INLINE |= {"sub", "sup", "time", "u", "wbr", "bdi", "del", "ins", "kbd", "label"}
_SILENT = {"script", "style", "template", "noscript", "source", "track"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_PICTURES = {".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".tif", ".tiff", ".bmp"}


def printed_lesson(edition: LessonEdition, *, discussion: Sequence[str] = ()) -> LessonPart:
    """Return the lesson as it was published, for the press. Quizzes are left out: a pack brings its own."""
    soup = BeautifulSoup(edition.html, "html.parser")
    comma = ", " if edition.language == "en" else "，"
    with override(edition.language):
        as_of = date_format(edition.valid_as_of, "DATE_FORMAT") if edition.valid_as_of else ""
    blocks = list(_blocks(soup))
    return LessonPart(
        title=edition.title,
        minutes=edition.minutes,
        blocks=_with_addresses(blocks, edition),
        sources=[
            comma.join(filter(None, (source.get("work"), source.get("date")))) for source in edition.sources
        ],
        summary=edition.summary,
        as_of=as_of,
        discussion=list(discussion),
    )


def _with_addresses(blocks: list[Block], edition: LessonEdition) -> list[Block]:
    """A video or recording is played on the page of its lesson, so its address stands beside it."""
    media = [block for block in blocks if block["kind"] == "media"]
    page = lesson_url(edition) if media else ""
    for block in media:
        block["address"] = f"{settings.WAGTAILADMIN_BASE_URL}{page}" if page else ""
    return blocks


def _blocks(inside: Tag) -> Iterator[Block]:
    """The blocks of an element in order; loose text and inline elements between them are paragraphs."""
    loose: list[Run] = []
    for child in inside.children:
        if isinstance(child, Comment):
            continue
        if isinstance(child, NavigableString) or (isinstance(child, Tag) and child.name in _INLINE):
            loose += _runs_of(child)
            continue
        if isinstance(child, Tag) and child.name not in _SILENT:
            yield from _paragraph(loose)
            loose = []
            yield from _block(child)
    yield from _paragraph(loose)


def _block(element: Tag) -> Iterator[Block]:
    classes: list[str] = list(element.get("class") or [])
    if element.name in _HEADINGS:
        if text := _text(element):
            yield {"kind": "heading", "text": text}
    elif element.name == "section" and "card" in classes and element.select_one("a.btn"):
        return  # The invitation to a quiz.
    elif element.name in ("p", "pre", "address"):
        yield from _paragraph(_runs(element))
        yield from (_figure(image, element) for image in element.find_all("img"))
    elif read := _reader(element, classes):
        yield from read(element)
    elif element.name == "img":
        yield _figure(element, element)
    else:
        yield from _blocks(element)


def _reader(element: Tag, classes: Sequence[str]) -> Callable[[Tag], Iterator[Block]] | None:
    """Which function reads this element as a whole, if any."""
    if element.name == "figure" and "quotation" in classes:
        return _quotation
    if element.name == "figure" and element.find(["video", "audio"]):
        return _media
    if element.name == "figure" and element.find("img"):
        return _drawing
    if "timeline" in classes and element.find("ol"):
        return _timeline
    if element.name == "section" and "case" in classes:
        return _case
    if element.name == "section" and "discussion" in classes:
        return _discussion
    by_name: dict[str, Callable[[Tag], Iterator[Block]]] = {
        "blockquote": _quotation,
        "dl": _terms,
        "ol": _list,
        "ul": _list,
        "table": _table,
    }
    if "terms" in classes and element.find("dl"):
        return _key_terms
    return by_name.get(element.name)


def _paragraph(runs: list[Run]) -> Iterator[Block]:
    if runs := _trimmed(runs):
        yield {"kind": "paragraph", "runs": runs}


def _quotation(element: Tag) -> Iterator[Block]:
    words = element if element.name == "blockquote" else element.find("blockquote")
    caption = element.find("figcaption")
    text = _text(words) if words else ""
    source = " ".join(_text(part) for part in _leaves(caption)) if caption else ""
    if text or source:
        yield {"kind": "quotation", "text": text, "from": source}


def _leaves(caption: Tag) -> list[Tag]:
    """The parts of a quotation's source: work, date, place."""
    parts = caption.select("span.dots > span")
    return list(parts) or [caption]


def _key_terms(element: Tag) -> Iterator[Block]:
    for held in element.find_all("dl"):
        yield from _terms(held)


def _terms(element: Tag) -> Iterator[Block]:
    terms: list[dict[str, str]] = []
    for item in element.find_all(["dt", "dd"]):
        if item.name == "dt":
            terms.append({"term": _text(item), "meaning": ""})
        elif terms:
            terms[-1]["meaning"] = "\n".join(filter(None, (terms[-1]["meaning"], _text(item))))
        else:
            terms.append({"term": "", "meaning": _text(item)})
    if terms:
        yield {"kind": "terms", "terms": terms}


def _timeline(element: Tag) -> Iterator[Block]:
    title = element.select_one(".timeline__title")
    events = []
    for item in element.select("ol > li"):
        when = item.find("b")
        said = _text(when) if when else ""
        events.append({"when": said, "what": _text(item).removeprefix(said).strip()})
    yield {"kind": "timeline", "title": _text(title) if title else "", "events": events}


def _drawing(element: Tag) -> Iterator[Block]:
    for image in element.find_all("img"):
        yield _figure(image, element)


def _figure(image: Tag, element: Tag) -> Block:
    caption = element.find("figcaption")
    words = [_text(span) for span in caption.find_all("span", recursive=False)] if caption else []
    if caption and not words:
        for link in caption.select("a.link"):
            link.extract()
        words = [_text(caption)]
    return {
        "kind": "figure",
        "path": picture_path(str(image.get("src") or "")),
        "alt": str(image.get("alt") or ""),
        "caption": " ".join(filter(None, words)),
    }


def _media(element: Tag) -> Iterator[Block]:
    media = element.find(["video", "audio"])
    caption = element.select_one("figcaption > span")
    details = element.find("details")
    transcript = ""
    if details:
        for summary in details.find_all("summary"):
            summary.extract()
        transcript = _text(details)
    label = str(media.get("aria-label") or "") if media else ""
    yield {"kind": "media", "title": _text(caption) if caption else label, "transcript": transcript}


def _case(element: Tag) -> Iterator[Block]:
    """Its title, what happened, and the questions, which are the list behind their heading."""
    title = element.find(_HEADINGS)
    think = element.select_one("section > p.muted")
    asked = think.find_next_sibling("ul") if think else None
    questions = [_text(item) for item in asked.find_all("li")] if asked else []
    words = _text(think) if think else ""
    for part in (title, think, asked):
        if part:
            part.extract()
    yield {
        "kind": "case",
        "title": _text(title) if title else "",
        "blocks": list(_blocks(element)),
        "think": words,
        "questions": questions,
    }


def _discussion(element: Tag) -> Iterator[Block]:
    heading = element.select_one("section > p.muted")
    rest = [_text(part) for part in element.find_all("p") if part is not heading]
    yield {
        "kind": "discussion",
        "heading": _text(heading) if heading else "",
        "question": rest[0] if rest else "",
        "hint": "\n".join(rest[1:]),
    }


def _list(element: Tag) -> Iterator[Block]:
    """A list; lists within its points become points behind them."""
    items = [runs for item in element.find_all("li") if (runs := _trimmed(_runs(item, stop={"ol", "ul"})))]
    if items:
        yield {"kind": "list", "ordered": element.name == "ol", "items": items}


def _table(element: Tag) -> Iterator[Block]:
    caption = element.find("caption")
    rows = [_cells(row) for row in element.find_all("tr")]
    first = element.find("tr")
    headed = bool(element.find("thead")) or bool(first and first.find("th") and not first.find("td"))
    if rows:
        yield {
            "kind": "table",
            "caption": _text(caption) if caption else "",
            "head": rows[0] if headed else [],
            "rows": rows[1:] if headed else rows,
            "numbers": _number_columns(element),
        }


def _number_columns(element: Tag) -> list[int]:
    """Which columns of a table of ours hold numbers: they stand at the right."""
    first = element.find("tr")
    cells = first.find_all(["th", "td"], recursive=False) if first else []
    return [place for place, cell in enumerate(cells) if "n" in (cell.get("class") or [])]


def _cells(row: Tag) -> list[list[Run]]:
    """The cells of a row; one that spans several columns is followed by empty ones."""
    cells: list[list[Run]] = []
    for cell in row.find_all(["th", "td"], recursive=False):
        cells.append(_trimmed(_runs(cell, bold=cell.get("scope") == "row")))
        span = str(cell.get("colspan") or "1")
        cells += [[]] * (min(int(span), 20) - 1 if span.isascii() and span.isdigit() else 0)
    return cells


def _runs(
    element: Tag, *, bold: bool = False, italic: bool = False, stop: set[str] | None = None
) -> list[Run]:
    """The text of an element in runs of one look."""
    runs: list[Run] = []
    for child in element.children:
        runs += _runs_of(child, bold=bold, italic=italic, stop=stop)
    return runs


def _runs_of(
    child: Any, *, bold: bool = False, italic: bool = False, stop: set[str] | None = None
) -> list[Run]:
    if isinstance(child, Comment):
        return []
    if isinstance(child, NavigableString):
        return [{"text": " ".join(f"|{child}|".split())[1:-1], "bold": bold, "italic": italic}]
    if child.name in _SILENT or (stop and child.name in stop):
        return []
    if child.name == "br":
        return [{"text": "\n", "bold": bold, "italic": italic}]
    inner = _runs(
        child,
        bold=bold or child.name in ("b", "strong", "th"),
        italic=italic or child.name in ("i", "em"),
        stop=stop,
    )
    if child.name not in _INLINE:  # A block within: its words stand on lines of their own.
        brk = {"text": "\n", "bold": bold, "italic": italic}
        return [brk, *inner, brk]
    return inner


def _trimmed(runs: list[Run]) -> list[Run]:
    """Runs of one look joined, with no white at the ends, beside line breaks, or twice."""
    joined: list[Run] = []
    for run in runs:
        if not run["text"]:
            continue
        last = joined[-1] if joined else None
        if last and (last["bold"], last["italic"]) == (run["bold"], run["italic"]):
            last["text"] += run["text"]
        else:
            joined.append(dict(run))
    before = "\n"
    for run in joined:
        kept = ""
        for letter in run["text"]:
            if letter in " \n" and before in " \n":
                if letter == "\n" and before == " ":
                    kept = kept.rstrip(" ") + "\n"
                    before = "\n"
                continue
            kept += letter
            before = letter
        run["text"] = kept
    while joined and not joined[-1]["text"].strip():
        joined.pop()
    if joined:
        joined[-1]["text"] = joined[-1]["text"].rstrip()
    return [run for run in joined if run["text"]]


def _text(element: Tag) -> str:
    return "".join(run["text"] for run in _trimmed(_runs(element)))


def picture_path(address: str) -> str:
    """Return the image file that an address of ours stands for, or "": never a file outside `MEDIA_ROOT`."""
    base, wanted = urlsplit(settings.MEDIA_URL), urlsplit(address)
    if not wanted.path.startswith(base.path) or (wanted.netloc and wanted.netloc != base.netloc):
        return ""
    root = Path(settings.MEDIA_ROOT).resolve()
    try:
        path = (root / unquote(wanted.path.removeprefix(base.path)).lstrip("/")).resolve()
        good = path.is_relative_to(root) and path.suffix.lower() in _PICTURES and path.is_file()
    except (OSError, ValueError):
        return ""
    return str(path) if good else ""
