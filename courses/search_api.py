"""
Search for programs: the same hits as the page shows, of what the signed-in member may read.

What is asked is neither kept nor logged by the program.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.timezone import now
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from courses.audience import Level, Sector
from courses.models import Category
from courses.search import Narrowed
from courses.search_query import LONGEST
from courses.search_results import PAGES, TooOften, results, suggestions
from people.entry_rules import by_session
from people.leading import Refusal as NotDone

router = Router(tags=["search"])

Words = Annotated[str, Field(max_length=LONGEST, description="Words in any script, a date, or pinyin.")]


class Filters(Schema):
    """How the hits are narrowed. Without a language both are searched."""

    language: Literal["zh-hans", "en"] | None = None
    course: Annotated[int, Field(ge=1, le=2**53)] | None = None
    category: Category | None = None
    level: Level | None = None
    sector: Sector | None = None
    tag: Annotated[str, Field(max_length=100)] | None = None


class FoundLesson(Schema):
    """
    A lesson. `key` is the same in both languages.

    `title_html` and `extract_html` are escaped text with `<mark>` around what was asked.
    """

    key: UUID
    language: str
    title: str
    title_html: str
    extract_html: str
    url: str
    course: str
    module: str
    expected_seconds: int


class Answer(Schema):
    """
    `number`: hits in all; when `more` is true there may be others beyond. `meant`: the words searched
    instead, because nothing held those asked for.
    """

    number: int
    more: bool
    page: int
    pages: int
    meant: str | None
    lessons: list[FoundLesson]


class Suggestions(Schema):
    """Titles, headings and key terms, to be asked for as they are."""

    suggestions: list[str]


class Refused(Schema):
    """Why there is no answer."""

    message: str


@router.get("", response={200: Answer, 429: Refused}, auth=by_session, summary="Search lessons")
def search(
    request: HttpRequest,
    q: Words,
    filters: Query[Filters],
    page: Annotated[int, Field(ge=1, le=PAGES)] = 1,
) -> Status:
    chosen = {name: value for name, value in filters.dict().items() if value is not None}
    try:
        answer = results(q, reader=request.user, narrowed=Narrowed(**chosen), page=page, at=now())
    except NotDone as error:
        return Status(429, {"message": str(error)})
    return Status(
        200,
        {
            "number": answer.number,
            "more": answer.has_more,
            "page": answer.page,
            "pages": answer.pages,
            "meant": answer.meant or None,
            "lessons": [
                {
                    "key": shown.hit.translation_key,
                    "language": shown.hit.language,
                    "title": shown.hit.title,
                    "title_html": shown.title,
                    "extract_html": shown.extract,
                    "url": shown.hit.url,
                    "course": shown.hit.course,
                    "module": shown.hit.module,
                    "expected_seconds": shown.hit.expected_seconds,
                }
                for shown in answer.shown
            ],
        },
    )


@router.get(
    "/suggestions",
    response={200: Suggestions, 429: Refused},
    auth=by_session,
    url_name="suggestions",
    summary="What may be meant while somebody types",
)
def suggested(request: HttpRequest, q: Words, language: Literal["zh-hans", "en"] = "zh-hans") -> Status:
    try:
        found = suggestions(q, reader=request.user, language=language, at=now())
    except TooOften as error:
        return Status(429, {"message": str(error)})
    return Status(200, {"suggestions": found})
