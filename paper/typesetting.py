"""A pack as the template wants it: fixed words, pieces of text, drawings and codes. Values, no markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from paper.characters import kept_together, tidied, with_pinyin
from paper.codes import page_code, typed_code
from paper.content import GAP, Block, LessonPart, Look, Pack, QuizPart
from paper.marks import PAGE_MARKS, SHEET_MARKS, Mark
from paper.pictures import picture
from paper.qr import qr_svg
from paper.sheet import BOX, LEFT, LINE, SLOTS, Writing, answer_places, answer_slots
from paper.words import LANGUAGES, counted

Codes = Callable[[str, int], tuple[str, str]]
"""For a pack's key and a page: what its QR says, and the code for typing."""

Words = dict[str, str]

MASK = 4
"""One mask for all codes: to look for the best of eight would take longer than setting the page."""

WRITING_LINES = 3

_SHORT = 100
"""Characters, at 20 points, of a quotation or an event that stays on one page."""


@dataclass(frozen=True)
class OurCodes:
    """The codes of this installation; its secret is known to other processes that have no settings."""

    secret: str

    def __call__(self, pack: str, page: int) -> tuple[str, str]:
        return page_code(pack, page, secret=self.secret), typed_code(pack, page, secret=self.secret)


def typeset_look(look: Look, words: Words, title: str) -> dict[str, Any]:
    """What all packs of a file share."""
    language, region = LANGUAGES.get(look.language, LANGUAGES["zh-hans"])
    return {
        "size": look.size,
        "points": look.points,
        "pinyin": look.pinyin,
        "language": language,
        "region": region,
        "title": title,
        "words": words,
        "page_marks": _drawn(PAGE_MARKS),
        "sheet_marks": _drawn(SHEET_MARKS),
        "box": BOX,
        "line": LINE,
        "left": LEFT,
        "writing_lines": WRITING_LINES,
    }


def typeset_pack(
    pack: Pack, look: Look, words: Words, lessons: list[Any], missing: set[str]
) -> dict[str, Any]:
    """Return the data of one pack but its codes; characters that cannot be printed are added to `missing`."""
    fit: dict[str, Any] = tidied({**asdict(replace(pack, lessons=[])), "quizzes": []}, missing)
    quizzes = tidied([asdict(quiz) for quiz in pack.quizzes], missing)
    slots = answer_slots(pack.quizzes)
    places = answer_places(pack.quizzes)
    return {
        **fit,
        **{
            field: kept_together(fit[field])
            for field in ("name", "branch", "title", "contact_name", "made_on")
        },
        "lessons": lessons,
        "quizzes": [_quiz(quiz, part, look, words) for quiz, part in zip(quizzes, pack.quizzes, strict=True)],
        "sheets": [
            [
                {**asdict(slot), "boxes": slot.boxes, "x": slot.x, "y": slot.y}
                for slot in slots[at : at + SLOTS]
            ]
            for at in range(0, len(slots), SLOTS)
        ],
        "writing": [_writing(sheet, places) for sheet in dict.fromkeys(place.sheet for place in places)],
    }


def typeset_codes(pack: Pack, count: int, codes: Codes) -> list[dict[str, str]]:
    """Return the codes of the first `count` pages."""
    both = [codes(pack.key, page) for page in range(1, count + 1)]
    return [{"qr": qr_svg(said, mask=MASK), "typed": typed} for said, typed in both]


def typeset_lesson(lesson: LessonPart, look: Look, words: Words, missing: set[str]) -> dict[str, Any]:
    fit = tidied(asdict(lesson), missing)
    return {
        "title": _pieces(fit["title"], look),
        "heading": fit["title"],
        "minutes": counted(words, "minutes", lesson.minutes),
        "summary": _pieces(fit["summary"], look),
        "blocks": [_block(block, look) for block in fit["blocks"]],
        "sources": [kept_together(source) for source in fit["sources"]],
        "as_of": words["as_of"].replace("{day}", fit["as_of"]) if fit["as_of"] else "",
        "discussion": [_pieces(question, look) for question in fit["discussion"]],
    }


def _drawn(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [{"rows": mark.rows(), "x": mark.x, "y": mark.y, "side": mark.side} for mark in marks]


def _writing(sheet: int, places: Sequence[Writing]) -> list[dict[str, Any]]:
    return [asdict(place) for place in places if place.sheet == sheet]


def _quiz(quiz: Mapping[str, Any], part: QuizPart, look: Look, words: Words) -> dict[str, Any]:
    """The questions of a quiz in groups: those about one case together, and each other one alone."""
    groups: list[dict[str, Any]] = []
    held: dict[str, Any] | None = None
    for question in quiz["questions"]:
        case = question["case"]
        if case is None or case != held:
            groups.append({"case": _case_text(case, look) if case else None, "questions": []})
        held = case
        groups[-1]["questions"].append(_question(question, look, words))
    return {
        "title": quiz["title"],
        "count": counted(words, "questions", len(part.questions)),
        "groups": groups,
    }


def _case_text(case: Mapping[str, Any], look: Look) -> dict[str, Any]:
    paragraphs = [one.strip() for one in case["text"].split("\n") if one.strip()]
    return {
        "title": _pieces(case["title"], look),
        "paragraphs": [_pieces(one, look) for one in paragraphs],
        "source": kept_together(case["source"]),
    }


def _question(question: Mapping[str, Any], look: Look, words: Words) -> dict[str, Any]:
    return {
        "stem": _stem(question, look),
        "hint": _hint(question, words),
        "answered": question["answered"],
        "options": [_pieces(option, look) for option in question["options"]],
        "matches": [_pieces(match, look) for match in question["matches"]],
    }


def _hint(question: Mapping[str, Any], words: Words) -> str:
    """How it is answered, and its points when they are not one."""
    name = "several" if question["takes_several"] else question["answered"]
    how = words.get(name, "")
    worth = counted(words, "points", question["points"]) if question["points"] != 1 else ""
    return " ".join(filter(None, [how, worth.replace(" ", "\u00a0")]))


def _stem(question: Mapping[str, Any], look: Look) -> list[Any]:
    """The stem in pieces; a blank is {"gap": its number}, and those that the stem does not show come last."""
    if question["answered"] != "blanks":
        return _pieces(question["stem"], look)
    texts = GAP.split(question["stem"])
    texts += [""] * (question["blanks"] + 1 - len(texts))
    pieces = _pieces(texts[0], look)
    for number, text in enumerate(texts[1:], 1):
        pieces += [{"gap": f"({number})" if len(texts) > 2 else ""}, *_pieces(text, look)]
    return pieces


def _pieces(text: str, look: Look) -> list[Any]:
    """A text in pieces: strings, and pairs of a character and its pinyin."""
    if not text:
        return []
    whole = kept_together(text)
    return with_pinyin(whole) if look.pinyin else [whole]


def _runs(runs: Sequence[Mapping[str, Any]], look: Look) -> list[dict[str, Any]]:
    return [
        {
            "pieces": _pieces(run.get("text", ""), look),
            "bold": bool(run.get("bold")),
            "italic": bool(run.get("italic")),
        }
        for run in runs
        if run.get("text")
    ]


def _block(block: Block, look: Look) -> dict[str, Any]:
    """A piece of a lesson; what we do not know is printed by its words."""
    kind = block.get("kind", "")
    if kind not in _KINDS:
        return {"kind": "paragraph", "runs": _runs([{"text": str(block.get("text", ""))}], look)}
    return {"kind": kind, **_KINDS[kind](block, look)}


def _heading(block: Block, look: Look) -> dict[str, Any]:
    return {"text": _pieces(block["text"], look)}


def _paragraph(block: Block, look: Look) -> dict[str, Any]:
    return {"runs": _runs(block["runs"], look)}


def _list(block: Block, look: Look) -> dict[str, Any]:
    return {"ordered": bool(block.get("ordered")), "items": [_runs(item, look) for item in block["items"]]}


def _quotation(block: Block, look: Look) -> dict[str, Any]:
    paragraphs = [one for one in block["text"].split("\n") if one.strip()]
    return {
        "paragraphs": [_pieces(one.strip(), look) for one in paragraphs],
        "from": kept_together(block.get("from", "")),
        "short": _is_short(block["text"], look),
    }


def _is_short(text: str, look: Look) -> bool:
    """Is it so short that it rather begins a new page than goes over two?"""
    return len(text) * (look.points / 20) ** 2 * (1.5 if look.pinyin else 1) <= _SHORT


def _terms(block: Block, look: Look) -> dict[str, Any]:
    return {
        "terms": [
            {"term": _pieces(one["term"], look), "meaning": _pieces(one["meaning"], look)}
            for one in block["terms"]
        ]
    }


def _timeline(block: Block, look: Look) -> dict[str, Any]:
    return {
        "title": _pieces(block.get("title", ""), look),
        "events": [
            {
                "when": kept_together(one["when"]),
                "what": _pieces(one["what"], look),
                "short": _is_short(one["what"], look),
            }
            for one in block["events"]
        ],
    }


def _figure(block: Block, look: Look) -> dict[str, Any]:
    return {
        "svg": picture(block.get("path", "")),
        "alt": block.get("alt", ""),
        "caption": _pieces(block.get("caption", ""), look),
    }


def _table(block: Block, look: Look) -> dict[str, Any]:
    rows = [block["head"], *block["rows"]] if block.get("head") else list(block["rows"])
    columns = max((len(row) for row in rows), default=1) or 1
    filled = [[*row, *([[]] * (columns - len(row)))] for row in rows]
    return {
        "caption": _pieces(block.get("caption", ""), look),
        "columns": [_width(filled, column) for column in range(columns)],
        "head": [_runs(cell, look) for cell in filled[0]] if block.get("head") else [],
        "rows": [
            [_runs(cell, look) for cell in row] for row in (filled[1:] if block.get("head") else filled)
        ],
        "numbers": [column in block.get("numbers", ()) for column in range(columns)],
    }


def _case(block: Block, look: Look) -> dict[str, Any]:
    return {
        "title": _pieces(block.get("title", ""), look),
        "blocks": [_block(part, look) for part in block.get("blocks", ())],
        "think": kept_together(block.get("think", "")),
        "questions": [_pieces(question, look) for question in block.get("questions", ())],
    }


def _discussion(block: Block, look: Look) -> dict[str, Any]:
    return {
        "heading": kept_together(block.get("heading", "")),
        "question": _pieces(block["question"], look),
        "hint": _pieces(block.get("hint", ""), look),
    }


def _width(rows: Sequence[Sequence[Sequence[Mapping[str, Any]]]], column: int) -> int:
    """How wide a column is beside the others: by its longest cell, within bounds."""
    longest = max((sum(len(run.get("text", "")) for run in row[column]) for row in rows), default=0)
    return min(max(longest, 4), 16) + 1


def _media(block: Block, look: Look) -> dict[str, Any]:
    paragraphs = [one for one in block.get("transcript", "").split("\n") if one.strip()]
    address = block.get("address", "")
    return {
        "title": _pieces(block.get("title", ""), look),
        "transcript": [_pieces(one.strip(), look) for one in paragraphs],
        "address": address,
        "qr": qr_svg(address, mask=MASK) if address else "",
    }


_KINDS: dict[str, Callable[[Block, Look], dict[str, Any]]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "list": _list,
    "quotation": _quotation,
    "terms": _terms,
    "timeline": _timeline,
    "figure": _figure,
    "table": _table,
    "case": _case,
    "discussion": _discussion,
    "media": _media,
}
