"""Several hands on the same record at the same moment, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from hours.beats import PageReport
from hours.clock import Beat, Sign
from hours.confirming import confirm, decline
from hours.correcting import Wanted, correct
from hours.models import CountedInterval, StudyRecord
from hours.sittings import close_all_sittings, take_reports
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from people.audit import AuditEntry
from people.leading import Refusal
from people.models import Affiliation, Member, Office, Organisation, OrganisationState
from tests.cast import give_office, make_member
from tests.committed import AUDIT, empty
from tests.hours.acts import LESSON, NOON, TEN, assert_all_agrees, awaiting, minutes_of, stretch, write

LEDGER = ("hours_countedinterval", "hours_studyrecord", "hours_studyclock")


@pytest.fixture
def db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a transaction around the test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def people(db) -> Iterator[tuple[Member, Member, Member]]:
    """A member and two who lead the branch, as other connections see them; taken away afterwards."""
    branch = Organisation.objects.found(kind="branch", name="此支部")
    found = tuple(make_member(f"{name}{uuid4().hex[:8]}", branch) for name in ("studies", "first", "second"))
    for leader, kind in zip(found[1:], (Office.Kind.SECRETARY, Office.Kind.DEPUTY), strict=True):
        give_office(leader, branch, kind)
    yield found
    empty(*AUDIT, *LEDGER, "people_noticeread")
    for rows in (Office.objects, Affiliation.objects):
        rows.filter(member__in=found).delete()
    Member.objects.filter(pk__in=[member.pk for member in found]).delete()
    OrganisationState.objects.filter(organisation=branch).delete()
    Organisation.objects.filter(pk=branch.pk).delete()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; return what each came to: done, or the name of its refusal."""
    together = Barrier(len(acts))

    def one_hand(act: Callable[[], object]) -> str:
        try:
            connection.ensure_connection()
            together.wait()
            act()
        except Refusal as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as hands:
        return sorted(hand.result() for hand in [hands.submit(one_hand, act) for act in acts])


def test_confirmed_and_declined_at_once_is_one_of_them(people) -> None:
    member, first, second = people
    for number in range(5):
        waits = awaiting(member, (number * 10, number * 10 + 10))
        got = at_once(
            lambda waits=waits: confirm([waits], by=first, at=NOON),
            lambda waits=waits: decline([waits], by=second, reason="x", at=NOON),
        )
        assert got == ["AlreadySettled", "done"]
    assert StudyRecord.objects.filter(settles__member=member).count() == 5
    assert AuditEntry.objects.filter(action__in=["hours.confirmed", "hours.declined"]).count() == 5
    assert_all_agrees(member)


def test_two_leaders_who_confirm_at_once_count_it_once(people) -> None:
    member, first, second = people
    waits = [awaiting(member, (0, 20)), awaiting(member, (10, 30), source="paper")]
    got = at_once(
        lambda: confirm(waits, by=first, at=NOON),
        lambda: confirm(list(reversed(waits)), by=second, at=NOON),
        lambda: confirm(waits[:1], by=second, at=NOON),
    )

    assert got.count("done") in {1, 2}  # the second may have been there with the one record first
    assert minutes_of(member) in {20, 30}
    assert_all_agrees(member)


def test_the_same_form_sent_twice_at_once_is_one_act(people) -> None:
    member, first, _second = people
    waits = [awaiting(member, (0, 20))]

    assert at_once(*[lambda: confirm(waits, by=first, at=NOON)] * 3) == ["done"] * 3
    assert (minutes_of(member), StudyRecord.objects.filter(member=member).count()) == (20, 2)
    assert AuditEntry.objects.filter(action="hours.confirmed").count() == 1


def test_of_two_corrections_proposed_at_once_one_awaits(people) -> None:
    member, first, second = people
    record = write(member, (0, 40))
    got = at_once(
        lambda: correct(record, Wanted([stretch(0, 10)]), key="a", by=first, reason="x", at=NOON),
        lambda: correct(record, Wanted([stretch(0, 20)]), key="b", by=second, reason="y", at=NOON),
    )

    assert got == ["CorrectionAwaits", "done"]
    assert StudyRecord.objects.awaiting().count() == 1


def test_a_correction_is_confirmed_while_reports_extend_the_sitting(people) -> None:
    """Whoever comes first has the minute; nobody has it twice, and nobody waits for ever."""
    member, first, second = people
    record = write(member, (0, 5), at=TEN + timedelta(minutes=6))
    now = TEN + timedelta(minutes=30)
    proposal = correct(record, Wanted([stretch(0, 30)]), key="a", by=first, reason="x", at=now)
    token = StudyToken(member.key, LESSON, 7, TEN)

    def read(begin: int, end: int) -> None:
        for second_of in range(begin * 60, end * 60, 30):
            beat = Beat(second_of // 30, second_of * 10, 300, (Sign(second_of * 10, "p"),))
            take_reports(
                [PageReport(token, [beat], None)],
                at=TEN + timedelta(seconds=second_of + 30),
                times=lambda edition: ReadingTimes((60.0,) * 90, 0),
            )

    read(6, 15)
    got = at_once(
        lambda: read(15, 30),
        lambda: confirm([proposal], by=second, at=now),
        lambda: read(10, 30),
    )
    close_all_sittings(at=NOON)

    assert got == ["done"] * 3
    assert minutes_of(member) == 30
    assert CountedInterval.objects.filter(member=member).seconds() == 1800
    assert_all_agrees(member)
