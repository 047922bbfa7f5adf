"""
The lane: a lesson for a signed-in member by one statement and one kept page, before all other middleware.

It answers `GET /course/module/lesson/` (and `/en/…`) when nothing at all is unusual; every doubt goes on to
the ordinary path, which says the same and has the last word:

* cookies (`courses.lane_reader`): no reader cookie of this very session, a study card, elder mode, a message
  waiting, an idle time that may be over, the hour in which a session is noted as seen;
* the address: a query, one that the ordinary path has not answered yet in this process, a preview;
* the answer (`courses.lane_asking`): the session ended, the account closed, another password, the edition no
  longer live or no longer here, closed to this member, changed since they read it; a higher room that
  objects;
* offices with pages in the administration: `people.entry_rules` may lead their holders elsewhere.

Right at once, in every process: nothing is told to a process and nothing expires. The same statement that
asks for the member asks for the stamp of the published tree, for what of it is closed to the member and for
the offices held, and the page is the one kept under just these (`courses.lane_pages`).

**What may differ by member** on the lesson page: the token and the forms' secret; in `{% by_state %}`
whatever follows from a lesson's state; the seconds and the factor of the own lesson; through the kind of page
the offices in the navigation, the look, fewer data, which lessons are open to the reader. Anything else has
to stand behind a link: pages are rendered for `courses.lane_anybody`, who refuses to say more, and then no
such page is kept. Whatever table the page comes to be made of needs a trigger in migrations/sql/lane.sql; a
test compares them.

`LANE=off` leaves all to the ordinary path.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localdate, now

from courses.lane_anybody import Differs, Sheet, any_member
from courses.lane_asking import Answer, Question, ask, one_moment, question_of
from courses.lane_pages import KeptPage, Kind, Pages, compose, make_page
from courses.lane_reader import READER, Visit, mark_of, masked, read_note, remember_reader, visit_of
from courses.live import lessons_of_course
from courses.outline import in_courses
from courses.packing import unpacks
from courses.slots import gates_agree, has_gates, progress_in_sql
from people.admin.access import opens_administration
from people.middleware import SEEN, remember_seen
from people.models import Member

ADDRESS = re.compile(r"/(?:(en)/)?([\w-]+/[\w-]+/[\w-]+/)")
BY_NUMBER_OR_PHONE = "people.signing_in.NumberOrPhone"
MOST_ADDRESSES = 10_000

Headers = dict[str, tuple[str, str]]
"""By the name in small letters: the name and what it says."""

HEADERS = frozenset(
    {
        "cache-control",
        "content-encoding",
        "content-language",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "referrer-policy",
        "strict-transport-security",
        "vary",
        "x-content-type-options",
        "x-frame-options",
    }
)
"""Headers of the ordinary path that are the same for everybody. One that is not in here: no lane."""

OF_ONE_ANSWER = frozenset({"content-encoding", "content-length"})
"""Of these, what each answer says anew."""

_OF_ENCODING: dict[bool, Headers] = {True: {"content-encoding": ("Content-Encoding", "gzip")}, False: {}}

Served = tuple[str, bool, str]
"""
By which host, safely or not, in which language: for these the headers are learned from the ordinary path.
"""


class Learned(NamedTuple):
    """What the ordinary path said, for all pages alike."""

    host: str
    headers: Headers


class LessonsByTheLane:
    """Stands after the beats and before everything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.pages = Pages()
        self.questions: dict[str, Question | None] = {}
        self.headers: dict[Served, Learned] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = ADDRESS.fullmatch(request.path_info)
        if not (found and settings.LANE and _is_plain(request)):
            return _signed_out(request, self.get_response(request))
        language = found[1] or "zh-hans"
        try:
            response = self._answer(request, language, found[2])
        except DatabaseError:
            response = None  # the ordinary path will say what is wrong
        return response or self._ordinary(request, language)

    def _answer(self, request: HttpRequest, language: str, address: str) -> HttpResponse | None:
        moment = now()
        at = int(moment.timestamp())
        learned = self.headers.get(_served(request, language))
        if learned is None or request.path_info not in self.questions or not progress_in_sql():
            return None
        visit = visit_of(request, at=at)
        found = visit and Asking(self, request, visit, language, address, learned.host, moment).page()
        if not visit or not found:
            return None
        packs = unpacks(request)
        content = compose(*found, csrf=masked(visit.csrf), at=moment, packs=packs)
        response = HttpResponse(content)
        # As they stood in the answer they were learned from: none is read and written again.
        response.headers._store = learned.headers | _OF_ENCODING[packs]
        response.headers["Content-Length"] = str(len(content))
        if visit.renews:
            remember_seen(response, visit.session, at)
        return response

    def _ordinary(self, request: HttpRequest, language: str) -> HttpResponse:
        response = _signed_out(request, self.get_response(request))
        if response.status_code == 200 and _by_password(request):
            self._learn(request, response, language)
            at, session = int(now().timestamp()), request.session.session_key
            known = read_note(request.COOKIES.get(READER, ""), session, at=at)
            if known is None or known.mark != mark_of(request.user.password, session):
                remember_reader(response, request.user, session, at=at)
                if SEEN not in request.COOKIES and SEEN not in response.cookies:  # the first minute
                    remember_seen(response, session, at)
        return response

    def _learn(self, request: HttpRequest, response: HttpResponse, language: str) -> None:
        """A lesson stands at this address, and pages have such headers."""
        if len(self.questions) < MOST_ADDRESSES:
            self.questions.setdefault(request.path_info, None)
        headers = {name.lower(): (name, value) for name, value in response.items()}
        if headers.keys() <= HEADERS and len(self.headers) < MOST_ADDRESSES:
            kept = {low: each for low, each in headers.items() if low not in OF_ONE_ANSWER}
            self.headers[_served(request, language)] = Learned(request.get_host(), kept)


def _is_plain(request: HttpRequest) -> bool:
    """A page is asked for by its address, here at the root of a host, and not by Wagtail for a preview."""
    meta = request.META
    return (
        request.method == "GET"
        and not meta.get("QUERY_STRING")
        and not meta.get("SCRIPT_NAME")
        and not getattr(request, "is_dummy", False)
    )


def _served(request: HttpRequest, language: str) -> Served:
    meta = request.META
    host = f"{meta.get('HTTP_HOST')} {meta.get('HTTP_X_FORWARDED_HOST')}"
    return (host, request.is_secure(), language)


def _by_password(request: HttpRequest) -> bool:
    """The lesson's own view answered somebody who signed in with a password."""
    match = request.resolver_match
    return (
        match is not None
        and match.view_name == "courses:lesson"
        and request.user.is_authenticated
        and request.session.get(BACKEND_SESSION_KEY) == BY_NUMBER_OR_PHONE
        and request.session.session_key is not None
    )


def _signed_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """With the session's cookie goes the reader's."""
    if READER in request.COOKIES:
        gone = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if gone is not None and not gone.value:
            response.delete_cookie(READER, samesite="Lax")
    return response


@lru_cache(maxsize=4)
def _day(minute: int) -> date:
    return localdate(datetime.fromtimestamp(minute * 60, UTC))


@lru_cache(maxsize=256)
def _is_staff(offices: str) -> bool:
    """Whether one of these offices has pages in the administration; what is not certain is so too."""
    try:
        return any(
            opens_administration(office) for office in any_member(Sheet(0), offices).held_offices(None)
        )
    except Differs:
        return True


class Asking:
    """One request on its way to the right page."""

    def __init__(
        self,
        lane: LessonsByTheLane,
        request: HttpRequest,
        visit: Visit,
        language: str,
        address: str,
        host: str,
        at: datetime,
    ) -> None:
        self.lane = lane
        self.request = request
        self.visit = visit
        self.language = language
        self.address = address
        self.host = host
        self.at = at

    def page(self) -> tuple[KeptPage, Answer] | None:
        """The page to show, with what is the member's own, unless a higher room objects."""
        found = self._find()
        if found and has_gates():
            page, answer = found
            member = Member.from_db("default", ["id", "key"], [answer.member_pk, answer.member])
            return found if gates_agree(member, page.lesson.key) else None
        return found

    def _find(self) -> tuple[KeptPage, Answer] | None:
        """One statement, or two where the lessons of a course are not the same for all."""
        path = self.request.path_info
        question = self.lane.questions.get(path)
        if question is None:
            return self._make()
        answer = self._ask(question)
        if answer is None:
            self.lane.questions[path] = None
            return None
        kind = self._kind(question, answer)
        page = self.lane.pages.get(kind)
        if page is None:
            return None if kind in self.lane.pages else self._make()
        if page.question == question:
            return page, answer
        answer = self._ask(page.question)
        if answer is None or self._kind(page.question, answer) != kind:
            return None
        self.lane.questions[path] = page.question
        return page, answer

    def _ask(self, question: Question) -> Answer | None:
        visit = self.visit
        answer = ask(question, visit.reader, visit.session, at=self.at)
        if answer is None or _is_staff(answer.offices):
            return None
        same = hmac.compare_digest(mark_of(answer.password, visit.session), visit.reader.mark)
        return answer if same else None

    def _kind(self, question: Question, answer: Answer) -> Kind:
        return Kind(
            path=self.request.path_info,
            host=self.host,
            language=self.language,
            look=self.visit.look,
            less=self.visit.less,
            edition=question.edition,
            stamp=answer.stamp,
            closed=answer.closed,
            offices=answer.offices,
            day=_day(int(self.at.timestamp()) // 60),
        )

    def _make(self) -> tuple[KeptPage, Answer] | None:
        """Make the page from the tree as it is at one moment, and keep it."""
        reader = Member(pk=self.visit.reader.member)
        with one_moment():
            courses = in_courses(lessons_of_course(self.language, self.address, reader=reader))
            entry = next((e for c in courses for e in c.lessons if e.edition.html is not None), None)
            if entry is None:
                return None
            question = question_of(courses[0], entry)
            answer = self._ask(question)
            if answer is None:
                return None
            kind = self._kind(question, answer)
            page = self.lane.pages.get(kind)
            if page is None and kind not in self.lane.pages:
                try:
                    page = make_page(kind, question, courses[0], entry, at=self.at)
                except Differs:
                    page = None
                self.lane.pages.keep(kind, page)
        self.lane.questions[self.request.path_info] = question
        return (page, answer) if page else None
