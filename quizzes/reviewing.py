"""
The life of a question 题目的审核: an editor asks for review, a reviewer who wrote none of it approves.

What quizzes ask is the version that was approved last; words changed since wait until they are approved too.
Each act is one transaction, keeps a step (`ReviewStep`) and a row of the audit, and refuses with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from people import audit
from people.leading import Refusal
from people.models import Member, Office
from quizzes.amiss import amiss
from quizzes.bank import WHOLE, content_of, digest_of, freeze
from quizzes.models import Question, QuestionVersion, Quiz, QuizEntry, QuizPool, ReviewStep

MOST_CHARACTERS = 1000
"""Of a sentence to the editor."""

DECIDED = audit.action("question.review", _("Took a step in the review of a question"))

WRITING = frozenset({Office.Kind.EDITOR, Office.Kind.REVIEWER})
State, Kind = Question.State, ReviewStep.Kind


class OnlyWriters(Refusal):
    words = _("This is for editors and reviewers.")


class OnlyReviewers(Refusal):
    words = _("This is for reviewers.")


class OwnWords(Refusal):
    words = _("You wrote or submitted these words, so another reviewer looks at them.")


class AwaitsReview(Refusal):
    words = _("This question is under review. Its words stay until a reviewer has decided.")


class AwaitsNoReview(Refusal):
    words = _("This question awaits no review any more. Somebody else has decided meanwhile.")


class WordsChanged(Refusal):
    words = _("The words have changed since you opened this page. Please read them again.")


class NothingNew(Refusal):
    words = _("These are the words that were approved. There is nothing to review.")


class NotNow(Refusal):
    words = _("This cannot be done with the question as it is now. Somebody else has changed it meanwhile.")


class SayWhy(Refusal):
    words = _("Say in a sentence what should be changed.")


class NotReady(Refusal):
    """Something is missing; the words name it."""

    def __init__(self, sentences: Iterable[str]) -> None:
        super().__init__()
        self.words = " ".join(sentences)


def holds(member: Member, kinds: Iterable[str], *, at: datetime) -> bool:
    """True for who holds one of these offices on the day of `at`, their own or lent to them."""
    return any(office.kind in kinds for office in member.held_offices(localdate(at)))


def digest_now(question: Question) -> str:
    """The digest of a question's words as they stand."""
    return digest_of(content_of(question))


def changed_since_approved(questions: Iterable[Question]) -> set[int]:
    """Which of these have an approved version and other words now. As many queries however many they are."""
    rows = [question for question in questions if question.version_id]
    prefetch_related_objects(rows, *WHOLE)
    versions = [question.version_id for question in rows]
    approved = dict(QuestionVersion.objects.filter(pk__in=versions).values_list("pk", "digest"))
    return {row.pk for row in rows if approved[row.version_id] != digest_now(row)}


def authors(question: Question) -> set[int]:
    """Who wrote or submitted anything since the last approval: none of them approves it."""
    of = ReviewStep.objects.filter(question=question)
    last = of.filter(kind=Kind.APPROVED).aggregate(last=Max("pk"))["last"] or 0
    since = of.filter(pk__gt=last, kind__in=[Kind.WRITTEN, Kind.SUBMITTED])
    found = set(since.values_list("by", flat=True))
    changed = question.version_id is None or changed_since_approved([question])
    return found | ({question.written_by_id} if changed and question.written_by_id else set())


def may_judge(question: Question, member: Member, *, at: datetime) -> bool:
    """True when the member reviews today and has no part in what is under review."""
    return (
        question.awaits_since is not None
        and holds(member, {Office.Kind.REVIEWER}, at=at)
        and member.pk not in authors(question)
    )


def waiting_for(member: Member, *, at: datetime) -> QuerySet[Question]:
    """What the member may approve or send back, the longest waiting first. One query."""
    if not holds(member, {Office.Kind.REVIEWER}, at=at):
        return Question.objects.none()
    last = ReviewStep.objects.filter(question=OuterRef(OuterRef("pk")), kind=Kind.APPROVED)
    theirs = ReviewStep.objects.filter(
        ~Exists(last.filter(pk__gt=OuterRef("pk"))),
        question=OuterRef("pk"),
        by=member,
        kind__in=[Kind.WRITTEN, Kind.SUBMITTED],
    )
    waiting = Question.objects.awaiting_review().exclude(written_by=member).exclude(Exists(theirs))
    return waiting.order_by("awaits_since", "pk")


@transaction.atomic
def note_written(questions: Iterable[Question], *, by: Member, at: datetime) -> None:
    """
    The words of these were written or changed by a person: they are theirs, and nothing of it is approved.

    The caller has saved the words. A few statements, however many questions.
    """
    rows = list(questions)
    prefetch_related_objects(rows, *WHOLE)
    for row in rows:
        row.written_by = by
    Question.objects.bulk_update(rows, ["written_by"])
    ReviewStep.objects.bulk_create(
        [ReviewStep(question=row, kind=Kind.WRITTEN, digest=digest_now(row), by=by, at=at) for row in rows]
    )


@transaction.atomic
def submit(question: Question, *, by: Member, at: datetime) -> Question:
    """
    Ask for a review of the words as they stand.

    :raises Refusal: for who does not write, when it waits already, is retired, incomplete or unchanged.
    """
    row = _locked(question)
    if not holds(by, WRITING, at=at):
        raise OnlyWriters
    if row.awaits_since is not None:
        raise AwaitsReview
    if row.state == State.RETIRED:
        raise NotNow
    if row.version is not None and row.version.digest == digest_now(row):
        raise NothingNew
    if sentences := amiss(row):
        raise NotReady(sentences)
    row.awaits_since = at
    return _kept(row, Kind.SUBMITTED, by=by, at=at)


@transaction.atomic
def take_back(question: Question, *, by: Member, at: datetime) -> Question:
    """
    Take a question back from review, to go on writing.

    :raises Refusal: for who does not write, or when it awaits none.
    """
    row = _locked(question)
    if not holds(by, WRITING, at=at):
        raise OnlyWriters
    if row.awaits_since is None:
        raise AwaitsNoReview
    row.awaits_since = None
    return _kept(row, Kind.TAKEN_BACK, by=by, at=at)


@transaction.atomic
def approve(question: Question, *, digest: str, by: Member, at: datetime) -> Question:
    """
    Approve the words with this digest: they are what is asked from now on, or once it is taken into use.

    :raises Refusal: for who does not review or has a part in them, or when they are no longer those.
    """
    row = _to_be_decided(question, by=by, at=at)
    if digest_now(row) != digest:
        raise WordsChanged
    freeze([row], at=at, approved_by=by)
    row.awaits_since = None
    if row.state == State.DRAFT:
        row.state = State.REVIEWED
    return _kept(row, Kind.APPROVED, by=by, at=at)


@transaction.atomic
def send_back(question: Question, *, words: str, by: Member, at: datetime) -> Question:
    """
    Send a question back to who wrote it, saying why. What was approved before is asked as before.

    :raises Refusal: for who does not review or has a part in it, when it is decided, or without a sentence.
    """
    row = _to_be_decided(question, by=by, at=at)
    told = words.strip()[:MOST_CHARACTERS]
    if not told:
        raise SayWhy
    row.awaits_since = None
    return _kept(row, Kind.SENT_BACK, by=by, at=at, words=told)


@transaction.atomic
def take_into_use(question: Question, *, by: Member, at: datetime) -> Question:
    """
    Members are asked the approved version from now on.

    :raises Refusal: for who does not write, or when it is not a reviewed question.
    """
    row = _locked(question)
    if not holds(by, WRITING, at=at):
        raise OnlyWriters
    if row.state != State.REVIEWED:
        raise NotNow
    row.state = State.IN_USE
    return _kept(row, Kind.TAKEN_INTO_USE, by=by, at=at)


@transaction.atomic
def retire(question: Question, *, by: Member, at: datetime) -> Question:
    """
    Nobody is asked it any more; attempts keep what they asked. A draft never approved may go by an editor.

    :raises Refusal: for who may not, when it awaits review or is retired already.
    """
    row = _locked(question)
    _refuse_who_may_not_retire(row, by=by, at=at)
    if row.awaits_since is not None:
        raise AwaitsReview
    if row.state == State.RETIRED:
        raise NotNow
    row.state = State.RETIRED
    return _kept(row, Kind.RETIRED, by=by, at=at)


@transaction.atomic
def bring_back(question: Question, *, by: Member, at: datetime) -> Question:
    """
    A retired question is reviewed again, or a draft when nothing of it was ever approved.

    :raises Refusal: for who may not, or when it is not retired.
    """
    row = _locked(question)
    _refuse_who_may_not_retire(row, by=by, at=at)
    if row.state != State.RETIRED:
        raise NotNow
    row.state = State.REVIEWED if row.version_id else State.DRAFT
    return _kept(row, Kind.BROUGHT_BACK, by=by, at=at)


def _refuse_who_may_not_retire(row: Question, *, by: Member, at: datetime) -> None:
    """What members are asked is taken from them by reviewers alone."""
    if not holds(by, WRITING, at=at):
        raise OnlyWriters
    if row.version_id and not holds(by, {Office.Kind.REVIEWER}, at=at):
        raise OnlyReviewers


def _to_be_decided(question: Question, *, by: Member, at: datetime) -> Question:
    row = _locked(question)
    if not holds(by, {Office.Kind.REVIEWER}, at=at):
        raise OnlyReviewers
    if row.awaits_since is None:
        raise AwaitsNoReview
    if by.pk in authors(row):
        raise OwnWords
    return row


def _locked(question: Question) -> Question:
    """The question as it is kept, locked: two who decide do so one after the other."""
    rows = Question.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("version", "passage__work", "case").get(pk=question.pk)


def _kept(row: Question, kind: ReviewStep.Kind, *, by: Member, at: datetime, words: str = "") -> Question:
    row.save(update_fields=["state", "awaits_since"])
    ReviewStep.objects.create(question=row, kind=kind, digest=digest_now(row), words=words, by=by, at=at)
    details: dict[str, Any] = {"question": row.pk, "step": str(kind), "state": row.state}
    audit.note(DECIDED, at=at, by=by, details=details)
    return row


def quizzes_asking_nothing(question: Question) -> list[Quiz]:
    """Quizzes where this question stands and which have no question in use and no pool: nobody can pass."""
    in_use = QuizEntry.objects.filter(quiz=OuterRef("pk"), question__state=State.IN_USE)
    pools = QuizPool.objects.filter(quiz=OuterRef("pk"))
    theirs = Quiz.objects.filter(Q(entries__question=question), ~Exists(in_use), ~Exists(pools))
    return list(theirs.distinct().order_by("title", "pk"))
