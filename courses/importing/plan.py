"""How a document is to become a course: proposed, changed by the editor, and kept as plain data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from courses.importing.document import Document, Heading, Picture, text_of, words_of

MODULE, LESSON, HEADING, TEXT, OUT = "module", "lesson", "heading", "text", "out"

OUT_ALONE = "title"
"""The heading is the title of the course, and so it is not repeated; what is below it stays."""

ROLES = (MODULE, LESSON, HEADING, TEXT, OUT, OUT_ALONE)
TITLE_LENGTH = 200
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")


@dataclass
class Row:
    """What one heading of the document becomes, and how it is called then."""

    role: str
    title: str


@dataclass
class Plan:
    """
    The mapping. `course` is an existing course to add to; `rows` go by the number of the heading's block.

    `quotations` are the numbers of the proposals that were ticked; `alts` the text alternatives of pictures.
    """

    title: str = ""
    course: int | None = None
    language: str = "zh-hans"
    category: str = ""
    module_level: int = 0
    lesson_level: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    quotations: list[int] = field(default_factory=list)
    alts: dict[int, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Plan:
        rows = {int(n): Row(**row) for n, row in found["rows"].items()}
        alts = {int(n): words for n, words in found["alts"].items()}
        return cls(**{**found, "rows": rows, "alts": alts})


def propose_plan(document: Document, file_name: str) -> Plan:
    """What we would do: the highest headings are modules, the next lessons."""
    levels = Counter(block.level for block in document.blocks if isinstance(block, Heading) and block.level)
    title = document.title
    order = sorted(levels)
    if len(order) > 1 and levels[order[0]] == 1 and _first_heading_level(document) == order[0]:
        top = next(
            block for block in document.blocks if isinstance(block, Heading) and block.level == order[0]
        )
        words = text_of(top.runs)
        if not title or words == title:
            title, order = words, order[1:]
    plan = Plan(
        title=(title or _from_file_name(file_name))[:TITLE_LENGTH],
        language=language_of(document),
        module_level=order[0] if len(order) > 1 else 0,
        lesson_level=order[1] if len(order) > 1 else (order[0] if order else 0),
        quotations=[n for n, proposal in enumerate(document.proposals) if proposal.sure],
        alts={n: block.alt for n, block in enumerate(document.blocks) if isinstance(block, Picture)},
    )
    arrange_by_levels(document, plan)
    return plan


def _first_heading_level(document: Document) -> int:
    return next((block.level for block in document.blocks if isinstance(block, Heading) and block.level), 0)


def arrange_by_levels(document: Document, plan: Plan) -> None:
    """Give every heading its role anew, by the two levels of the plan; titles as in the document."""
    plan.rows = {}
    for n, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            title = text_of(block.runs)[:TITLE_LENGTH]
            is_title = not plan.rows and title in (plan.title, document.title)
            plan.rows[n] = Row(OUT_ALONE if is_title else _role(block.level, plan), title)


def _role(level: int, plan: Plan) -> str:
    if level == 0:
        return OUT_ALONE
    if plan.module_level and level <= plan.module_level:
        return MODULE
    return LESSON if plan.lesson_level and level <= plan.lesson_level else HEADING


def _from_file_name(name: str) -> str:
    stem = re.sub(r"\.[A-Za-z]{1,8}$", "", name.rpartition("/")[2])
    return re.sub(r"[_\s]+", " ", stem).strip()


def language_of(document: Document) -> str:
    """Chinese, unless nearly all of it is in Latin letters."""
    words = "".join(words_of(block) for block in document.blocks)[:200_000]
    return "zh-hans" if 4 * len(_CHINESE.findall(words)) >= len(_LETTER.findall(words)) else "en"


@dataclass
class LessonPlan:
    """A lesson to be: its title and the blocks of the document that it is made of."""

    title: str
    blocks: list[int] = field(default_factory=list)
    row: int | None = None


@dataclass
class ModulePlan:
    title: str
    lessons: list[LessonPlan] = field(default_factory=list)
    row: int | None = None


def outline_of(document: Document, plan: Plan) -> list[ModulePlan]:
    """
    Modules and lessons as the plan has them, nothing empty among them.

    What stands before the first lesson of a module becomes a lesson with the title of the module; what stands
    before the first module belongs to a module with the title of the course.
    """
    modules: list[ModulePlan] = []
    left_out = 0
    for n, block in enumerate(document.blocks):
        row = plan.rows.get(n) if isinstance(block, Heading) else None
        if row is not None and isinstance(block, Heading):
            if left_out and block.level > left_out:
                continue
            left_out = 0
            if row.role == OUT:
                left_out = max(1, block.level)
                continue
            if row.role == MODULE:
                modules.append(ModulePlan(row.title, row=n))
                _keep_marks(modules[-1], block, n)
                continue
            if row.role == LESSON:
                _last(modules, plan).lessons.append(LessonPlan(row.title, row=n))
                _keep_marks(modules[-1], block, n)
                continue
            if row.role == OUT_ALONE and len(text_of(block.runs)) <= TITLE_LENGTH:
                continue
        if left_out:
            continue
        module = _last(modules, plan)
        if not module.lessons:
            module.lessons.append(LessonPlan(module.title))
        module.lessons[-1].blocks.append(n)
    return modules


def _keep_marks(module: ModulePlan, block: Heading, n: int) -> None:
    """A title that is too long for a title, or has the mark of a note, stands in the lesson as well."""
    if len(text_of(block.runs)) > TITLE_LENGTH or any(run.note for run in block.runs):
        if not module.lessons:
            module.lessons.append(LessonPlan(module.title))
        module.lessons[-1].blocks.append(n)


def _last(modules: list[ModulePlan], plan: Plan) -> ModulePlan:
    if not modules:
        modules.append(ModulePlan(plan.title))
    return modules[-1]
