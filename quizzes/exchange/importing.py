"""Bringing in a file of questions: send it, see what would become of it, have drafts made. Nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from intake.refusals import UploadRefused
from jobs.models import Job
from jobs.schedule import every_minute, nightly
from jobs.work import Cancelled, Running, WorkFailed, ask, ask_to_stop, work
from people import audit
from people.leading import KeyTaken, Refusal
from people.models import Member
from quizzes.exchange.carried import Carried, Entry
from quizzes.exchange.drafting import Choices, one_at_a_time, write_drafts
from quizzes.exchange.duplicates import find_in_bank, tell_twins
from quizzes.exchange.reading import ReadFile, Tell, needs_long, read_questions
from quizzes.exchange.records import QuestionFile
from quizzes.exchange.refusals import FileRefused
from quizzes.models import Case, Question
from sources.models import Passage

KEPT = timedelta(days=30)
"""How long it is kept what was read of a file."""

AT_ONCE = 400
"""Questions that are written while the editor waits for the page; more are written by a job."""

IMPORTED = audit.action("quiz.questions_imported", _("Brought questions into the bank"))

State = QuestionFile.State


class NotAtThatStage(Refusal):
    words = _("This file is not at that stage (any more).")


class NoSource(Refusal):
    words = _("Some questions name no source. Say where they are from.")


def _silent(_step: str, _done: int = 0, _total: int = 0) -> None:
    """Nobody is told."""


def bring_in(file: File, *, by: Member, at: datetime, key: UUID) -> QuestionFile:
    """
    Read a file of questions and keep what was read of it. A large one is read by a job.

    The same key again brings the same file.

    :raises UploadRefused: when it may not come in; nothing is kept then.
    :raises FileRefused: when it holds no questions, or too many; nothing is kept then.
    :raises KeyTaken: when the key stands for another's file.
    """
    before = QuestionFile.objects.filter(key=key).first()
    if before is not None:
        return _own(before, by)
    sent = QuestionFile(key=key, asked_by=by, asked_at=at, file_name=(file.name or "")[-200:])
    try:
        if needs_long(file):
            return _read_later(sent, file, by=by, at=at)
        _keep(sent, read_questions(file, _silent))
        with transaction.atomic():
            sent.save()
    except IntegrityError:
        sent.file.delete(save=False)
        before = QuestionFile.objects.filter(key=key).first()
        if before is None:
            raise
        return _own(before, by)
    return sent


def _own(sent: QuestionFile, by: Member) -> QuestionFile:
    if sent.asked_by_id != by.pk:
        raise KeyTaken
    return sent


def _read_later(sent: QuestionFile, file: File, *, by: Member, at: datetime) -> QuestionFile:
    file.seek(0)
    sent.file.save("questions", file, save=False)
    with transaction.atomic():
        sent.save()
        language = translation.get_language()
        sent.job = ask("quizzes.import_read", by=by, at=at, sent=sent.pk, language=language)
        QuestionFile.objects.filter(pk=sent.pk).update(job=sent.job)
    return sent


def _keep(sent: QuestionFile, read: ReadFile) -> None:
    """Put into the row what was read, and what the bank has of it already."""
    tell_twins(read.entries)
    _tell_of_names(read.entries)
    there = find_in_bank(entry for entry in read.entries if entry.is_good)
    for number, found in there.items():
        if not found.is_same:
            read.entries[number - 1].warn("same_stem", question=found.pk)
    sent.form, sent.state = read.form, State.READY
    sent.entries = [
        entry.as_json() | ({"there": there[entry.number].pk} if _is_there(there, entry) else {})
        for entry in read.entries
    ]


def _is_there(there: Any, entry: Entry) -> bool:
    return entry.number in there and there[entry.number].is_same


def _tell_of_names(entries: Sequence[Entry]) -> None:
    """Say which names of questions, passages and cases are not carried over."""
    good = [(entry, entry.question) for entry in entries if entry.is_good and entry.question is not None]
    references = {question.reference for _entry, question in good if question.reference}
    taken = set(Question.objects.filter(reference__in=references).values_list("reference", flat=True))
    passages = {question.passage for _entry, question in good if question.passage}
    passages -= set(Passage.objects.filter(reference__in=passages).values_list("reference", flat=True))
    cases = {question.case for _entry, question in good if question.case}
    titles = Counter(Case.objects.filter(title__in=cases).values_list("title", flat=True))
    for entry, question in good:
        if question.reference in taken:
            entry.warn("name_taken", name=question.reference)
        elif question.reference:
            taken.add(question.reference)
        if question.passage in passages:
            entry.warn("no_passage", name=question.passage)
        if question.case and titles[question.case] != 1:
            entry.warn("no_case", name=question.case)


def entries_of(sent: QuestionFile) -> list[Entry]:
    return [Entry.from_json(found) for found in sent.entries]


def to_write(sent: QuestionFile) -> list[Carried]:
    """The questions that would be written: good ones that are not in the bank."""
    found = (Entry.from_json(one) for one in sent.entries if "there" not in one)
    return [entry.question for entry in found if entry.is_good and entry.question is not None]


@transaction.atomic
def confirm(sent: QuestionFile, choices: Choices, *, by: Member, at: datetime) -> QuestionFile:
    """
    Have drafts made of the good questions that are not in the bank; of many by a job.

    :raises NotAtThatStage: when it was not read, is being written, or is written.
    :raises NoSource: when a question names no source and none was given for all.
    """
    mine = QuestionFile.objects.visible_to(by).select_for_update()
    locked = mine.filter(pk=sent.pk, state=State.READY).first()
    if locked is None:
        raise NotAtThatStage
    wanted = to_write(locked)
    if not choices.source and any(not question.source for question in wanted):
        raise NoSource
    locked.choices = choices.as_json()
    if len(wanted) > AT_ONCE:
        locked.state = State.WRITING
        locked.save(update_fields=["choices", "state"])
        locked.job = ask("quizzes.import_write", by=by, at=at, sent=locked.pk)
        QuestionFile.objects.filter(pk=locked.pk).update(job=locked.job)
        return locked
    _write(locked, by=by, at=at, tell=_silent)
    return locked


def _write(sent: QuestionFile, *, by: Member, at: datetime, tell: Tell) -> None:
    """Write what is not there now: somebody else may have brought it in since it was looked up."""
    one_at_a_time()
    tell("comparing", 0, 0)
    entries = [entry for entry in entries_of(sent) if entry.is_good]
    there = find_in_bank(entries)
    wanted = [entry for entry in entries if not _is_there(there, entry)]
    tell("writing", 0, len(wanted))
    rows = write_drafts(
        [entry.question for entry in wanted if entry.question is not None],
        Choices.from_json(sent.choices),
        by=by,
        at=at,
    )
    sent.counts = {
        "written": len(rows),
        "there": len(entries) - len(rows),
        "left_out": len(sent.entries) - len(entries),
    }
    sent.state, sent.written_at = State.WRITTEN, at
    sent.save(update_fields=["counts", "state", "written_at", "choices"])
    details = {"format": sent.form, **sent.counts}
    audit.note(IMPORTED, at=at, by=by, details=details)


# The work itself


def _its_file(running: Running) -> QuestionFile:
    found = QuestionFile.objects.select_related("asked_by").filter(pk=running.asked["sent"]).first()
    if found is None:
        raise WorkFailed("gone")
    return found


@work("quizzes.import_read", _("Reading questions"))
def read(running: Running) -> dict[str, Any]:
    sent = _its_file(running)
    try:
        with translation.override(running.asked.get("language")), sent.file.open("rb") as file:
            _keep(sent, read_questions(file, running.tell))
    except FileRefused as refused:
        _refuse(sent, refused.code, **refused.values)
        return {"refused": refused.code}
    except UploadRefused as refused:
        _refuse(sent, "upload", text=str(refused.words))
        return {"refused": refused.code}
    except Cancelled:
        _refuse(sent, "stopped")
        raise
    except Exception:
        _refuse(sent, "not_read")
        raise
    sent.file.delete(save=False)
    sent.file = ""
    sent.save(update_fields=["file", "form", "state", "entries"])
    return {"questions": len(sent.entries)}


def _refuse(sent: QuestionFile, code: str, **values: Any) -> None:
    """Keep nothing of the file but why it is gone."""
    sent.file.delete(save=False)
    sent.file, sent.state, sent.entries, sent.counts = (
        "",
        State.REFUSED,
        [],
        {"refused": code, "values": values},
    )
    sent.save(update_fields=["file", "state", "entries", "counts"])


@work("quizzes.import_write", _("Writing questions"))
def write(running: Running) -> dict[str, Any]:
    sent = _its_file(running)
    try:
        with transaction.atomic():
            _write(sent, by=sent.asked_by, at=now(), tell=running.tell)
    except BaseException:
        QuestionFile.objects.filter(pk=sent.pk, state=State.WRITING).update(state=State.READY)
        raise
    return dict(sent.counts)


def free_interrupted(files: Any, *, at: datetime) -> None:
    """Give back files whose work was stopped before it began, or whose process was ended."""
    over = files.filter(job__ended_at__isnull=False)
    over.filter(state=State.WRITING).update(state=State.READY)
    for sent in over.filter(state=State.READING):
        _refuse(sent, "stopped" if sent.job.state == Job.State.CANCELLED else "not_read")


@every_minute("give back interrupted files of questions")
def free_all_interrupted(at: datetime) -> None:
    free_interrupted(QuestionFile.objects.select_related("job"), at=at)


def stop(sent: QuestionFile, *, at: datetime) -> None:
    """Ask the work on a file to stop."""
    if sent.job is not None:
        ask_to_stop(sent.job, at=at)
        free_interrupted(QuestionFile.objects.select_related("job").filter(pk=sent.pk), at=at)


def discard(sent: QuestionFile) -> None:
    """Remove what is known of a file; the drafts made of it stay."""
    jobs = Job.objects.filter(kind__startswith="quizzes.import", pk=sent.job_id)
    sent.file.delete(save=False)
    sent.delete()
    jobs.delete()


@nightly("remove old files of questions")
def remove_old(at: datetime) -> None:
    """After thirty days nothing is kept of a file."""
    old = QuestionFile.objects.filter(asked_at__lt=at - KEPT).defer("entries")
    for sent in old.exclude(state__in=[State.READING, State.WRITING]).iterator():
        discard(sent)
