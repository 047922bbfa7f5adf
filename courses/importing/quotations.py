"""Words that may be quotations: the editor decides. The words of a kept passage are locked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from courses.importing.document import Document, Paragraph, Proposal, text_of
from sources.models import Passage

FEWEST = 8
"""Characters between quotation marks that are worth a block of their own."""

_WORK = re.compile(r"《[^《》]{2,80}》")
_QUOTED = re.compile(rf"“([^“”]{{{FEWEST},1500}})”|「([^「」]{{{FEWEST},1500}})」")
_DATE = re.compile(
    r"(1[89]|20)\d{2}\s*年(\s*\d{1,2}\s*月(\s*\d{1,2}\s*日)?)?"
    r"|\d{1,2} "
    r"(January|February|March|April|May|June|July|August|September|October|November|December) "
    r"(1[89]|20)\d{2}"
)
_PLACE = re.compile(r"第[一二三四五六七八九十百零〇\d]+[条章页款]|(Article|Chapter|p\.|page) \d+")
_SOURCE_LINE = re.compile(
    r"\n?\s*(?:——|—|--|–)\s*([^\n]{2,200})\s*$|\n\s*[（(]([^\n()（）]*《[^\n]*》[^\n()（）]*)[)）]\s*$"
)
_NOT_WORDS = re.compile(r"[\s“”「」\"'‘’]+")


def propose_quotations(document: Document) -> None:
    """Write down what may be a quotation, in the order of the document."""
    kept = _kept_passages()
    for n, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            document.proposals += _in_paragraph(n, block, kept)


def _kept_passages() -> dict[str, int]:
    """The words of every kept passage, in both languages."""
    found: dict[str, int] = {}
    for key, text, english in Passage.objects.order_by("pk").values_list("pk", "text", "text_en"):
        for words in (text, english):
            if words:
                found.setdefault(same(words), key)
    return found


def same(words: str) -> str:
    """Words without white space and quotation marks: what has to be equal for them to be the same."""
    return _NOT_WORDS.sub("", words).strip()


def _in_paragraph(n: int, block: Paragraph, kept: dict[str, int]) -> Iterator[Proposal]:
    text = text_of(block.runs)
    passage = kept.get(same(text))
    if block.quoted or passage is not None:
        source = _SOURCE_LINE.search(text) if block.quoted else None
        end = source.start() if source and source.start() else len(text)
        said = (source[1] or source[2]) if source else ""
        found = _from(said, n, 0, end)
        found.work = found.work or said[:200]
        found.passage, found.sure = kept.get(same(text[:end]), passage), True
        yield found
        return
    last = 0
    for quoted in _QUOTED.finditer(text):
        words = quoted[1] or quoted[2]
        passage = kept.get(same(words))
        found = _from(text[last : quoted.start()], n, quoted.start(), quoted.end())
        after = _from(text[quoted.end() : quoted.end() + 60], n, 0, 0)
        if re.match(r"\s*[（(]", text[quoted.end() :]):
            found.work, found.date = found.work or after.work, found.date or after.date
            found.place = found.place or after.place
        last = quoted.end()
        if found.work or passage is not None:
            found.passage, found.sure = passage, passage is not None
            yield found


def _from(text: str, block: int, start: int, end: int) -> Proposal:
    """The last work, date and place that are named before the words."""
    works = _WORK.findall(text)
    dates, places = list(_DATE.finditer(text)), list(_PLACE.finditer(text))
    return Proposal(
        block,
        start,
        end,
        work=works[-1] if works else "",
        date=dates[-1][0] if dates else "",
        place=places[-1][0] if places else "",
    )
