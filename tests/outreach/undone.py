"""
Every list and number of what has not been done, and everything that sends: found by name, and said here.

A new one fails `test_nobody_is_chased.py` until it stands here. Three kinds:

* CHASING: it names members who have not done something. Nobody on home study may be in it: give a function
  that returns whom it names, for the scene of the test.
* OURS: a duty of the branch or of an office (to reach, to answer, to confirm). It says nothing of a member.
* ELSEWHERE: no list of people at all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hours.record import year_record
from meetings.models import Meeting
from meetings.rolls import roll_of
from people.models import Member, Organisation
from reports.overview import branch_overview

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("people", "hours", "quizzes", "courses", "programmes", "meetings", "outreach", "reports", "jobs")

NAMES = re.compile(
    r"missing|absent|not_here|not_yet|undone|not_done|overdue|(^|_)due($|_)|unreached|unfinished|incomplete"
    r"|behind|remind|chase|nudge|prompt|waiting|awaiting|to_do|late_with|without_hours|failing"
)
"""How functions, properties and classes are called that tell of what was not done, or that prompt."""

SENDING = re.compile(
    r"\b(send_mail|EmailMessage|smtplib|urlopen|requests\.post|httpx|webpush|sms_|send_sms)\b"
)
"""How a message would leave the house. Nothing does."""


@dataclass(frozen=True)
class Scene:
    """A branch with a meeting that is over, on a day late in the year."""

    branch: Organisation
    viewers: list[Member]
    members: list[Member]
    meeting: Meeting
    at: datetime
    on: date


Names = Callable[[Scene], Iterable[Member]]


def without_the_hours(scene: Scene) -> Iterable[Member]:
    """Rows of the overview of which something is asked and which do not have it."""
    for viewer in scene.viewers:
        found = branch_overview(viewer, scene.branch, language="zh-hans", at=scene.at, on=scene.on)
        yield from (row.member for row in found.rows if row.required is not None and not row.is_on_track)


def missing_hours(scene: Scene) -> Iterable[Member]:
    """Records of the year that say what is still to come."""
    yield from (member for member in scene.members if year_record(member, on=scene.on).missing)


def not_here(scene: Scene) -> Iterable[Member]:
    """Who was expected at a meeting and did not come, as each viewer reads it."""
    for viewer in scene.viewers:
        yield from (line.member for line in roll_of(scene.meeting, viewer, on=scene.on).not_here or [])


def expected_at_a_meeting(scene: Scene) -> Iterable[Member]:
    """Whom the roll expects, for those who know what is arranged for whom."""
    for viewer in scene.viewers:
        roll = roll_of(scene.meeting, viewer, on=scene.on)
        yield from (line.member for line in roll.expected if line.is_known)


CHASING: dict[str, Names] = {
    "hours.record.missing": missing_hours,
    "meetings.rolls.not_here": not_here,
    "meetings.rolls.expected": expected_at_a_meeting,
    "reports.overview.is_on_track": without_the_hours,
}
"""Two of them by other names than the search knows: the roll's expected, and the overview's rows."""

OURS = {
    "courses.desk_questions.due": "questions of the bank that editors are to check soon",
    "courses.desk_questions.overdue": "questions of the bank that editors are to check",
    "hours.awaiting.waiting_lines": "records that a leader is to confirm",
    "hours.desk.awaiting": "the same, as a page",
    "hours.desk.awaiting_one": "the same, one of them",
    "hours.models.awaiting": "the same, as rows",
    "hours.families.is_awaiting": "of one record",
    "outreach.branch_visits.overdue": "plans of visitors for days gone by",
    "outreach.mobile_desk.is_due": "contacts that the contact person is to make",
    "outreach.pairing.missing_consents": "consents that the branch is to ask for",
    "outreach.pairing.missing": "the same, of one pairing",
    "outreach.pairing.missing_in_words": "the same, in words",
    "outreach.reach.is_unreached": "whom we have not reached; home study included, on purpose",
    "outreach.reach.unreached_by_part": "the same, counted",
    "outreach.reached_pages.numbers_unreached": "the same, counted",
    "people.belonging.contacts_due": "contacts that the contact person is to make",
    "people.mobility.due": "the same, as rows",
    "people.mobility.due_on": "the same, of one registration",
    "people.corrections.overdue_below": "requests of members that an office has not answered",
    "people.rights.overdue": "the same, as rows",
    "people.requests_views.waiting_for": "the same, counted",
    "people.transfers.waiting": "transfers that a branch is to answer",
}

ELSEWHERE = {
    "quizzes.ending.end_overdue": "attempts whose time is over are handed in",
    "quizzes.exchange.holding.left_behind": "what a file of questions cannot hold",
    "quizzes.hand_marking.Waiting": "answers that a marker is to read, without names",
    "quizzes.hand_marking.waiting_answers": "answers that a marker is to read, without names",
    "quizzes.hand_marking.waiting_questions": "answers that a marker is to read, without names",
    "quizzes.marking.awaiting": "answers that a marker is to read",
    "quizzes.questions.awaiting_review": "questions that a reviewer is to read",
    "quizzes.reviewing.waiting_for": "questions that a reviewer is to read",
    "courses.error_reports.AnswerMissing": "a refusal",
    "courses.search_index.index_missing": "lessons that search does not know yet",
    "courses.search_words.__missing__": "a character without pinyin",
    "hours.days.awaiting_minutes": "one's own minutes that the branch is to confirm",
    "hours.record.awaiting_seconds": "one's own minutes that the branch is to confirm",
    "hours.sittings._prompt_call": "reports that come without delay",
    "hours.awaiting.Waiting": "one record",
    "jobs.management.commands.scheduler.run_due": "jobs",
    "jobs.schedule.is_due": "jobs",
    "outreach.planning.ConsentMissing": "a refusal",
    "outreach.packet_records.waiting": "packs that are being made",
    "outreach.packet_steps.leave_out_waiting": "packs that are not made any more",
    "people.audit_seals._months_waiting": "the audit",
    "people.audit_seals.seal_waiting": "the audit",
    "people.audit_seals.waiting": "the audit",
    "people.audit_verifying._check_waiting": "the audit",
    "people.corrections.Overdue": "a request that an office has not answered",
    "people.entering.Waiting": "one's own second step when signing in",
    "people.entering.waiting_for_second_step": "one's own second step when signing in",
    "people.member_list._behind": "the next page of a list",
    "people.passwords.is_due": "one's own password when signing in",
    "people.rotation.waiting": "keys",
    "people.transfers.ReasonMissing": "a refusal",
    "people.transfers.is_undone_by": "who may undo a transfer",
}


def found_in(source: str, module: str) -> set[str]:
    """The functions, properties and classes of a module that are called like something undone."""
    nodes = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, nodes)}
    return {f"{module}.{name}" for name in names if NAMES.search(name.lower())}


def modules() -> Iterable[tuple[str, str]]:
    """Each module of ours by its dotted name, with its source."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts and "demo" not in parts:
                yield ".".join(parts), path.read_text("utf-8")


def unregistered() -> list[str]:
    """What is called like something undone and stands in none of the lists above."""
    known = {*CHASING, *OURS, *ELSEWHERE}
    return sorted(name for module, source in modules() for name in found_in(source, module) - known)


def gone() -> list[str]:
    """What stands above and is not in the code any more."""
    defined = set()
    for module, source in modules():
        nodes = (ast.FunctionDef, ast.ClassDef)
        defined |= {f"{module}.{n.name}" for n in ast.walk(ast.parse(source)) if isinstance(n, nodes)}
    fields = {"outreach.mobile_desk.is_due"}
    return sorted({*CHASING, *OURS, *ELSEWHERE} - defined - fields)


def senders() -> list[str]:
    """Modules from which a message could leave."""
    return sorted(module for module, source in modules() if SENDING.search(source))
