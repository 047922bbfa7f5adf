"""What stands in `course.json`: every row with its fields and their limits. Anything else is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(max_length=255)]
Words = Annotated[str, StringConstraints(max_length=10_000)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f]+$", max_length=255)]
Slug = Annotated[str, StringConstraints(pattern=r"^[\w-]+$", max_length=255)]
Language = Literal["zh-hans", "en"]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FileRow(Row):
    kind: Literal["image", "document"]
    name: FileName
    title: Short


class WorkRow(Row):
    key: UUID
    reference: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title_en: Annotated[str, StringConstraints(max_length=200)]
    edition: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    edition_en: Annotated[str, StringConstraints(max_length=200)]
    date: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    date_en: Annotated[str, StringConstraints(max_length=60)]


class PassageRow(Row):
    key: UUID
    work: UUID
    reference: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    place: Annotated[str, StringConstraints(max_length=120)]
    place_en: Annotated[str, StringConstraints(max_length=120)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    text_en: Annotated[str, StringConstraints(max_length=4000)]


Text = Annotated[str, StringConstraints(max_length=500)]
Tags = list[Annotated[str, StringConstraints(min_length=1, max_length=100)]]


class OptionRow(Row):
    key: UUID
    text: Text
    text_en: Text
    right: bool
    match_key: UUID | None = None
    match: Text = ""
    match_en: Text = ""
    feedback: Text = ""
    feedback_en: Text = ""


Accepted = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class BlankRow(Row):
    kind: Literal["text", "number", "date"]
    accepted: Annotated[list[Accepted], Field(min_length=1, max_length=50)]
    accepted_en: Annotated[list[Accepted], Field(max_length=50)]
    tolerance: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4)] | None


class RubricRow(Row):
    text: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    text_en: Annotated[str, StringConstraints(max_length=300)]
    points: Annotated[int, Field(ge=1, le=100)]


class CaseRow(Row):
    key: UUID
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title_en: Annotated[str, StringConstraints(max_length=200)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    text_en: Words
    source: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    source_en: Annotated[str, StringConstraints(max_length=300)]


class QuestionRow(Row):
    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    reference: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None
    kind: Literal[
        "single_choice",
        "multiple_choice",
        "true_false",
        "fill_in",
        "ordering",
        "matching",
        "short_answer",
    ]
    stem: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    stem_en: Words
    explanation: Words
    explanation_en: Words
    source: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    source_en: Annotated[str, StringConstraints(max_length=300)]
    difficulty: Annotated[int, Field(ge=1, le=3)]
    valid_as_of: date | None
    review_by: date | None
    passage: UUID | None
    options: Annotated[list[OptionRow], Field(max_length=20)]
    points: Annotated[int, Field(ge=1, le=100)] = 1
    partial: bool = False
    category: Annotated[str, StringConstraints(max_length=30)] = ""
    tags: Annotated[Tags, Field(max_length=50)] = Field(default_factory=list)
    case: UUID | None = None
    blanks: Annotated[list[BlankRow], Field(max_length=20)] = Field(default_factory=list)
    rubric: Annotated[list[RubricRow], Field(max_length=20)] = Field(default_factory=list)


class PoolRow(Row):
    number: Annotated[int, Field(ge=1, le=200)]
    tag: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None
    difficulty: Annotated[int, Field(ge=1, le=3)] | None
    module: UUID | None


Small = Annotated[int, Field(ge=1, le=32_767)]


class QuizRow(Row):
    key: UUID
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title_en: Annotated[str, StringConstraints(max_length=200)]
    pass_mark: Annotated[int, Field(ge=1, le=100)]
    questions: Annotated[list[str], Field(max_length=500)]
    pools: Annotated[list[PoolRow], Field(max_length=50)] = Field(default_factory=list)
    attempts_allowed: Small | None = None
    wait_hours: Annotated[int, Field(ge=0, le=32_767)] = 0
    counts: Literal["best", "last", "average"] = "best"
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    time_limit_minutes: Annotated[int, Field(ge=1, le=600)] | None = None
    is_limit_essential: bool = False
    feedback: Literal["at_once", "after_attempt", "after_closing"] = "after_attempt"
    layout: Literal["one", "all"] = "one"
    shuffles_questions: bool = False
    shuffles_options: bool = True
    look_back_weeks: Annotated[int, Field(ge=1, le=52)] | None = None


class PageRow(Row):
    kind: Literal["course", "module", "lesson"]
    key: UUID
    language: Language
    parent: UUID | None
    title: Title
    slug: Slug
    summary: Annotated[str, StringConstraints(max_length=400)]
    category: str = ""
    levels: list[str] = Field(default_factory=list, max_length=20)
    sectors: list[str] = Field(default_factory=list, max_length=20)
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=100)]] = Field(
        default_factory=list, max_length=50
    )
    quiz: UUID | None = None
    valid_as_of: date | None = None
    review_by: date | None = None
    body: list[Any] = Field(default_factory=list, max_length=1000)
    sources: list[Any] = Field(default_factory=list, max_length=200)


class Contents(Row):
    format: Literal["xuecheng.course"]
    version: Literal[1, 2]
    title: Title
    left_out: list[Short]
    pages: Annotated[list[PageRow], Field(min_length=1, max_length=2000)]
    quizzes: Annotated[list[QuizRow], Field(max_length=500)]
    questions: Annotated[list[QuestionRow], Field(max_length=5000)]
    cases: Annotated[list[CaseRow], Field(max_length=2000)] = Field(default_factory=list)
    passages: Annotated[list[PassageRow], Field(max_length=2000)]
    works: Annotated[list[WorkRow], Field(max_length=1000)]
    files: dict[Digest, FileRow]
