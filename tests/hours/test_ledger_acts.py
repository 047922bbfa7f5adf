"""Confirming, declining and correcting: what it does, what is refused, and that all agrees afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hours.beats import PageReport
from hours.clock import Beat, Sign
from hours.confirming import AlreadySettled, SecondPersonNeeded, confirm, decline
from hours.correcting import (
    CorrectionAwaits,
    Effect,
    NothingChanges,
    NotThatTime,
    StillAwaits,
    Wanted,
    correct,
    effect_of,
)
from hours.ledger import NoReason
from hours.models import Rule, StudyClock, StudyRecord
from hours.sittings import close_all_sittings, take_reports
from hours.slots import ReadingTimes
from hours.tokens import StudyToken
from people.audit import AuditEntry
from people.leading import NotForYourself, NotYourBranch, Refusal
from people.models import Affiliation, Member, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.hours.acts import (
    LESSON,
    NOON,
    TEN,
    assert_all_agrees,
    awaiting,
    held_by,
    minutes_of,
    stretch,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def deputy(branch) -> Member:
    """Leads the branch as well: the second person."""
    deputy = make_member("deputy", branch)
    give_office(deputy, branch, Office.Kind.DEPUTY)
    return deputy


def wanted(*pieces: tuple[int, int], award: int | None = None) -> Wanted:
    return Wanted([stretch(begin, end) for begin, end in pieces], award)


def at_once() -> None:
    """From today on a correction takes effect at once."""
    Rule.objects.create(
        name="correction_second_person", value=0, valid_from=date(2026, 1, 1), source="支部决定"
    )


def listen(member: Member, begin: int, end: int) -> None:
    """Study a lesson online from minute to minute after ten, a beat each half minute."""
    token = StudyToken(member.key, LESSON, 7, TEN)
    for second in range(begin * 60, end * 60, 30):
        beat = Beat(second // 30, second * 10, 300, (Sign(second * 10, "p"),))
        take_reports(
            [PageReport(token, [beat], None)],
            at=TEN + timedelta(seconds=second + 30),
            times=lambda edition: ReadingTimes((60.0,) * 90, 0),
        )


def acts() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


# Confirming


def test_what_is_confirmed_counts_in_a_row_of_its_own(member, secretary, branch) -> None:
    waits = awaiting(member, (0, 40))
    assert (waits.seconds, minutes_of(member)) == (0, 0)

    (row,) = confirm([waits], by=secretary, at=NOON)

    assert (row.settles, row.standing, row.seconds, row.recorded_by) == (waits, "counted", 2400, secretary)
    assert (row.recorded_in, row.subject, row.source) == (branch, LESSON, "offline")
    assert held_by(member) == [(0, 40)]
    assert not StudyRecord.objects.awaiting().exists()
    entry = AuditEntry.objects.get(action="hours.confirmed")
    assert (entry.actor, entry.subject, entry.details) == (secretary.key, member.key, {"record": waits.pk})
    assert_all_agrees(member)


def test_what_another_record_holds_meanwhile_does_not_count_twice(member, secretary) -> None:
    waits = awaiting(member, (0, 40))
    write(member, (30, 60), bucket="collective", source="meeting")

    (row,) = confirm([waits], by=secretary, at=NOON)

    assert (row.seconds, row.refused) == (1800, {"elsewhere": 600})
    assert_all_agrees(member)


def test_the_open_sitting_is_not_counted_twice_either(member, secretary) -> None:
    waits = awaiting(member, (0, 40))
    listen(member, 30, 50)

    (row,) = confirm([waits], by=secretary, at=NOON)
    close_all_sittings(at=NOON)

    assert (row.seconds, minutes_of(member)) == (1800, 50)
    assert_all_agrees(member)


def test_the_limits_of_a_lesson_and_a_day_hold_when_it_is_confirmed(member, secretary) -> None:
    limits = {"limits": {"lesson": 3000, "day": 28800}}
    first = awaiting(member, (0, 40), evidence=limits)
    second = awaiting(member, (60, 100), evidence=limits)

    rows = confirm([first, second], by=secretary, at=NOON)

    assert [(row.seconds, row.refused) for row in rows] == [(2400, {}), (600, {"lesson_limit": 1800})]
    assert_all_agrees(member)


def test_declining_says_why_and_counts_nothing(member, secretary) -> None:
    waits = awaiting(member, (0, 40))
    for reason in ("", "  ", "x" * 301):
        with pytest.raises(NoReason):
            decline([waits], by=secretary, reason=reason, at=NOON)
    assert StudyRecord.objects.count() == 1

    (row,) = decline([waits], by=secretary, reason=" 那天没有学习 ", at=NOON)

    assert (row.standing, row.seconds, row.reason, row.settles) == ("declined", 0, "那天没有学习", waits)
    assert (minutes_of(member), StudyRecord.objects.awaiting().count()) == (0, 0)
    assert acts() == ["hours.declined"]


def test_the_same_form_sent_twice_is_one_act(member, secretary) -> None:
    waits = [awaiting(member, (0, 10)), awaiting(member, (20, 30))]
    first = confirm(waits, by=secretary, at=NOON)
    again = confirm(waits, by=secretary, at=NOON)

    assert {row.pk for row in first} == {row.pk for row in again}
    assert (minutes_of(member), StudyRecord.objects.count()) == (20, 4)
    assert acts() == ["hours.confirmed"] * 2


def test_all_or_none(member, secretary, deputy) -> None:
    one, two = awaiting(member, (0, 10)), awaiting(member, (20, 30))
    decline([one], by=deputy, reason="误报", at=NOON)

    with pytest.raises(AlreadySettled):
        confirm([one, two], by=secretary, at=NOON)
    with pytest.raises(AlreadySettled):
        confirm([one], by=secretary, at=NOON)
    with pytest.raises(AlreadySettled):
        confirm([one], by=deputy, at=NOON)
    assert (minutes_of(member), list(StudyRecord.objects.awaiting())) == (0, [two])


def test_a_record_that_never_awaited_cannot_be_confirmed(member, secretary) -> None:
    with pytest.raises(AlreadySettled):
        confirm([write(member, (0, 10))], by=secretary, at=NOON)
    assert StudyRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "kind", "refusal"),
    [
        ("branch", Office.Kind.SECRETARY, None),
        ("branch", Office.Kind.DEPUTY, None),
        ("general_branch", Office.Kind.SECRETARY, None),
        ("county", Office.Kind.DEPUTY, None),
        ("branch", Office.Kind.COMMITTEE_MEMBER, NotYourBranch),
        ("branch", Office.Kind.VISITOR, NotYourBranch),
        ("county", Office.Kind.OBSERVER, NotYourBranch),
        ("other_branch", Office.Kind.SECRETARY, NotYourBranch),
        ("county", Office.Kind.SYSTEM_ADMINISTRATOR, NotYourBranch),
    ],
)
@pytest.mark.parametrize("act", ["confirm", "decline", "correct"])
def test_who_leads_the_branch_or_above(request, member, place, kind, refusal, act) -> None:
    holder = make_member("holder")
    give_office(holder, request.getfixturevalue(place), kind)
    record = write(member, (0, 10)) if act == "correct" else awaiting(member, (0, 10))

    def do() -> None:
        if act == "correct":
            correct(record, wanted((0, 5)), key="k", by=holder, reason="x", at=NOON)
        else:
            {"confirm": confirm, "decline": decline}[act]([record], by=holder, reason="x", at=NOON)

    if refusal is None:
        do()
        assert StudyRecord.objects.count() == 2
    else:
        with pytest.raises(refusal):
            do()
        assert (StudyRecord.objects.count(), acts()) == (1, [])


@pytest.mark.parametrize("act", ["confirm", "decline", "correct"])
def test_nobody_settles_their_own(member, secretary, act) -> None:
    record = awaiting(secretary, (0, 10)) if act != "correct" else write(secretary, (0, 10))

    with pytest.raises(NotForYourself):
        if act == "correct":
            correct(record, wanted(), key="k", by=secretary, reason="x", at=NOON)
        else:
            {"confirm": confirm, "decline": decline}[act]([record], by=secretary, reason="x", at=NOON)
    assert (StudyRecord.objects.count(), acts()) == (1, [])


def test_a_guest_is_confirmed_by_the_branch_that_recorded(member, secretary, stranger, other_branch, today):
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    waits = awaiting(member, (0, 10))

    assert waits.recorded_in == other_branch
    assert list(StudyRecord.objects.awaiting().for_leader(stranger, on=today)) == [waits]
    assert not StudyRecord.objects.for_leader(secretary, on=today).exists()
    with pytest.raises(NotYourBranch):
        confirm([waits], by=secretary, at=NOON)
    assert confirm([waits], by=stranger, at=NOON)[0].recorded_in == other_branch


def test_after_a_transfer_the_branch_that_recorded_stays_responsible(
    member, secretary, stranger, other_branch, today
) -> None:
    waits = awaiting(member, (0, 10))
    member.affiliations.update(until=today)
    Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=today)

    with pytest.raises(NotYourBranch):
        confirm([waits], by=stranger, at=NOON)
    assert len(confirm([waits], by=secretary, at=NOON)) == 1


def test_when_that_branch_is_closed_the_organisation_above_settles(member, secretary, branch, county, today):
    waits = awaiting(member, (0, 10))
    leader = make_member("county")
    give_office(leader, county, Office.Kind.SECRETARY)
    Office.objects.filter(organisation=branch).update(until=today - timedelta(days=1))
    Organisation.objects.filter(pk=branch.pk).update(closed_on=today)

    late = moment(f"{today} 12:00")
    with pytest.raises(NotYourBranch):
        confirm([waits], by=Member.objects.get(pk=secretary.pk), at=late)
    assert len(confirm([waits], by=leader, at=late)) == 1


def test_what_no_branch_recorded_is_for_the_branch_of_today(secretary, branch, today) -> None:
    newcomer = make_member("newcomer")
    waits = awaiting(newcomer, (0, 10))
    assert waits.recorded_in is None
    with pytest.raises(NotYourBranch):
        confirm([waits], by=secretary, at=NOON)
    assert not StudyRecord.objects.for_leader(secretary, on=today).exists()

    Affiliation.objects.create(member=newcomer, branch=branch, kind="home", since=LONG_AGO)

    assert list(StudyRecord.objects.awaiting().for_leader(secretary, on=today)) == [waits]
    assert len(confirm([waits], by=secretary, at=NOON)) == 1


# Correcting


def test_a_correction_takes_effect_when_a_second_person_has_confirmed_it(member, secretary, deputy) -> None:
    record = write(member, (0, 40))
    proposal = correct(record, wanted((0, 25)), key="k", by=secretary, reason="提前离开", at=NOON)

    assert (proposal.standing, proposal.corrects, proposal.recorded_by) == ("awaiting", record, secretary)
    assert (proposal.evidence["from"], proposal.evidence["to"]) == (2400, 1500)
    assert minutes_of(member) == 40
    with pytest.raises(SecondPersonNeeded):
        confirm([proposal], by=secretary, at=NOON)
    with pytest.raises(NotYourBranch):
        confirm([proposal], by=make_member("nobody"), at=NOON)
    assert minutes_of(member) == 40

    (row,) = confirm([proposal], by=deputy, at=NOON)

    assert (row.seconds, row.reason, row.settles, row.corrects) == (-900, "提前离开", proposal, record)
    assert (row.evidence["from"], row.evidence["to"]) == (2400, 1500)
    assert held_by(member) == [(0, 25)]
    assert acts() == ["hours.correction_proposed", "hours.confirmed"]
    assert_all_agrees(member)


def test_by_the_other_rule_it_takes_effect_at_once(member, secretary) -> None:
    at_once()
    record = write(member, (0, 40))
    row = correct(record, wanted((10, 20), (30, 50)), key="k", by=secretary, reason="记错", at=NOON)

    assert (row.standing, row.seconds, row.evidence) == ("counted", -600, {"from": 2400, "to": 1800})
    assert held_by(member) == [(10, 20), (30, 50)]
    assert acts() == ["hours.corrected"]
    assert_all_agrees(member)


def test_the_same_correction_sent_twice_is_one(member, secretary) -> None:
    record = write(member, (0, 40))
    first = correct(record, wanted((0, 25)), key="k", by=secretary, reason="x", at=NOON)
    again = correct(record, wanted((0, 25)), key="k", by=secretary, reason="x", at=NOON)

    assert (first, StudyRecord.objects.count(), acts()) == (again, 2, ["hours.correction_proposed"])


def test_a_correction_of_a_correction_is_one_of_the_record_and_brings_time_back(member, secretary) -> None:
    at_once()
    record = write(member, (0, 40))
    nothing = correct(record, wanted(), key="1", by=secretary, reason="不是本人", at=NOON)
    assert (minutes_of(member), nothing.seconds) == (0, -2400)

    back = correct(nothing, wanted((0, 30)), key="2", by=secretary, reason="查实是本人", at=NOON)
    more = correct(back, wanted((0, 35)), key="3", by=secretary, reason="再查", at=NOON)

    assert (back.corrects, more.corrects) == (record, record)
    assert ([back.seconds, more.seconds], held_by(member)) == ([1800, 300], [(0, 35)])
    assert_all_agrees(member)


def test_time_that_another_record_holds_does_not_count_and_the_row_says_so(member, secretary) -> None:
    at_once()
    record = write(member, (0, 20))
    write(member, (30, 60), key="other")
    asked = wanted((0, 50))

    assert effect_of(record, asked) == Effect(1200, 1800, elsewhere=1200)
    row = correct(record, asked, key="k", by=secretary, reason="x", at=NOON)

    assert (row.seconds, row.refused, minutes_of(member)) == (600, {"elsewhere": 1200}, 60)
    assert_all_agrees(member)


def test_a_correction_of_a_meeting_takes_over_what_somebody_read_meanwhile(member, secretary) -> None:
    at_once()
    meeting = write(member, (0, 20), bucket="collective", source="meeting")
    write(member, (30, 60))
    asked = wanted((0, 40))

    effect = effect_of(meeting, asked)
    assert (effect, effect.of_the_year) == (Effect(1200, 2400, taken_over=600), 600)
    correct(meeting, asked, key="k", by=secretary, reason="会议延长", at=NOON)

    assert (minutes_of(member), held_by(member)) == (60, [(0, 60)])
    assert_all_agrees(member)


def test_an_award_is_corrected_in_minutes(member, secretary, deputy) -> None:
    quiz = write(member, source="quiz", award=600)
    assert minutes_of(member) == 10
    proposal = correct(quiz, wanted(award=300), key="k", by=secretary, reason="规定5分钟", at=NOON)
    assert (minutes_of(member), proposal.evidence) == (10, {"from": 600, "to": 300, "award_to": 300})

    (row,) = confirm([proposal], by=deputy, at=NOON)

    assert (row.award, row.seconds, minutes_of(member)) == (-300, -300, 5)
    assert_all_agrees(member)


def test_what_was_declined_may_still_be_corrected(member, secretary) -> None:
    at_once()
    waits = awaiting(member, (0, 40))
    with pytest.raises(StillAwaits):
        correct(waits, wanted((0, 10)), key="k", by=secretary, reason="x", at=NOON)
    (declined,) = decline([waits], by=secretary, reason="没有签字", at=NOON)

    row = correct(declined, wanted((0, 40)), key="k", by=secretary, reason="补交了签字", at=NOON)

    assert (row.corrects, row.seconds, held_by(member)) == (waits, 2400, [(0, 40)])
    assert_all_agrees(member)


def test_while_one_correction_awaits_there_is_no_other(member, secretary, deputy) -> None:
    record = write(member, (0, 40))
    proposal = correct(record, wanted((0, 25)), key="1", by=secretary, reason="x", at=NOON)
    for other in (record, proposal):
        with pytest.raises(CorrectionAwaits):
            correct(other, wanted((0, 10)), key="2", by=deputy, reason="y", at=NOON)
    assert StudyRecord.objects.count() == 2

    decline([proposal], by=secretary, reason="写错了，收回", at=NOON)
    assert correct(record, wanted((0, 10)), key="2", by=deputy, reason="y", at=NOON).standing == "awaiting"


REFUSED = [
    ([(10, 10)], None, NotThatTime),
    ([(20, 10)], None, NotThatTime),
    ([(0, 200)], None, NotThatTime),  # past noon, when it is corrected
    ([(0, 20), (-700, -650)], None, NotThatTime),  # the day before
    ([], -60, NotThatTime),
    ([], 90000, NotThatTime),
    ([(0, 40)], None, NothingChanges),
    ([(0, 20), (20, 40)], 0, NothingChanges),
]


@pytest.mark.parametrize(("pieces", "award", "refusal"), REFUSED)
def test_a_correction_that_cannot_be_is_refused_and_nothing_changes(
    member, secretary, pieces, award, refusal
) -> None:
    record = write(member, (0, 40))
    with pytest.raises(refusal):
        correct(record, wanted(*pieces, award=award), key="k", by=secretary, reason="x", at=NOON)
    assert (StudyRecord.objects.count(), minutes_of(member), acts()) == (1, 40, [])


def test_a_correction_needs_a_reason(member, secretary) -> None:
    record = write(member, (0, 40))
    for reason in ("", " ", "x" * 301):
        with pytest.raises(NoReason):
            correct(record, wanted(), key="k", by=secretary, reason=reason, at=NOON)
    assert StudyRecord.objects.count() == 1


def test_a_stretch_may_end_at_midnight(member, secretary) -> None:
    at_once()
    record = write(member, (0, 40))
    night = Wanted([stretch(13 * 60, 14 * 60)])
    correct(record, night, key="k", by=secretary, reason="x", at=moment("2026-03-11 09:00"))

    assert held_by(member) == [(780, 840)]


def test_an_earlier_sitting_is_corrected_while_the_clock_runs(member, secretary) -> None:
    """What the running sitting holds stays its own; of it the correction gets nothing."""
    at_once()
    record = write(member, (0, 10), at=TEN + timedelta(minutes=10))
    listen(member, 20, 40)
    now = TEN + timedelta(minutes=41)
    asked = wanted((0, 30))
    assert effect_of(record, asked) == Effect(600, 1200, elsewhere=600)

    row = correct(record, asked, key="k", by=secretary, reason="x", at=now)
    listen(member, 40, 45)
    close_all_sittings(at=NOON)

    assert (row.seconds, row.refused) == (600, {"elsewhere": 600})
    assert held_by(member) == [(0, 45)]
    assert_all_agrees(member)


def test_no_report_that_comes_again_earns_back_what_a_correction_took(member, secretary) -> None:
    at_once()
    listen(member, 0, 20)
    close_all_sittings(at=TEN + timedelta(minutes=31))
    record = StudyRecord.objects.get()
    correct(record, wanted(), key="k", by=secretary, reason="不是本人", at=TEN + timedelta(minutes=32))
    token = StudyToken(member.key, LESSON, 7, TEN)
    again = [Beat(n, n * 300, 300, (Sign(n * 300, "p"),)) for n in range(40)]
    for late in (TEN + timedelta(minutes=33), TEN + timedelta(days=5)):
        report = PageReport(token, again, None)
        answer = take_reports([report], at=late, times=lambda edition: ReadingTimes((60.0,) * 90, 0))
        assert answer.counted == 0

    assert minutes_of(member) == 0
    assert_all_agrees(member)


# All that may happen, in any order

WHO = st.sampled_from(["secretary", "deputy"])
SPAN = st.tuples(st.integers(0, 110), st.integers(1, 40)).map(lambda s: (s[0], min(s[0] + s[1], 119)))
SPANS = st.lists(SPAN, min_size=1, max_size=3)
ACT = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(["individual", "collective", "concentrated"]), SPANS),
    st.tuples(st.just("await"), st.sampled_from(["individual", "collective"]), SPANS),
    st.tuples(st.just("award"), st.just(""), st.integers(0, 20)),
    st.tuples(st.just("listen"), st.just(""), SPAN),
    st.tuples(st.just("close"), st.just(""), st.just(0)),
    st.tuples(st.just("correct"), WHO, st.tuples(st.integers(0, 20), st.lists(SPAN, max_size=3))),
    st.tuples(st.just("correct award"), WHO, st.tuples(st.integers(0, 20), st.integers(0, 30))),
    st.tuples(st.just("confirm"), WHO, st.integers(1, 4)),
    st.tuples(st.just("decline"), WHO, st.integers(1, 2)),
    st.tuples(st.just("rule"), st.just(""), st.just(0)),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(script=st.lists(ACT, min_size=1, max_size=14))
def test_after_any_acts_rows_intervals_and_what_can_be_rebuilt_agree(
    branch, secretary, deputy, script
) -> None:
    leaders = {"secretary": secretary, "deputy": deputy}
    with transaction.atomic():
        member = Member.objects.create_user(f"m{uuid4().hex[:12]}", None, name="某")
        Affiliation.objects.create(member=member, branch=branch, kind="home", since=LONG_AGO)
        for number, (act, how, what) in enumerate(script):
            before = minutes_of(member)
            try:
                play(member, leaders, number, act, how, what)
            except Refusal:
                assert minutes_of(member) == before
            assert_all_agrees(member)
        close_all_sittings(at=NOON)
        assert_all_agrees(member)
        assert minutes_of(member) <= 120 + 14 * 30
        clock = StudyClock.objects.filter(member=member).first()
        assert clock is None or clock.subject is None
        transaction.set_rollback(True)


def play(member: Member, leaders: dict[str, Member], number: int, act: str, how: str, what) -> None:
    """One act of the script; what cannot be is refused."""
    rows = list(StudyRecord.objects.filter(member=member).order_by("pk"))
    open_rows = list(StudyRecord.objects.filter(member=member).awaiting().order_by("pk"))
    if act == "write":
        write(member, *what, bucket=how, source="meeting", key=f"{number}")
    elif act == "await":
        awaiting(member, *what, bucket=how, source="paper", key=f"{number}")
    elif act == "award":
        write(member, source="quiz", key=f"{number}", award=what * 60)
    elif act == "listen":
        listen(member, *what)
    elif act == "close":
        close_all_sittings(at=NOON)
    elif act == "rule" and not Rule.objects.filter(name="correction_second_person", value=0).exists():
        at_once()
    elif act == "confirm":
        confirm(open_rows[:what], by=leaders[how], at=NOON)
    elif act == "decline":
        decline(open_rows[:what], by=leaders[how], reason="x", at=NOON)
    elif act in {"correct", "correct award"} and rows:
        which, asked = what
        row = rows[which % len(rows)]
        told = wanted(*asked) if act == "correct" else wanted(award=asked * 60)
        correct(row, told, key=f"{number}", by=leaders[how], reason="x", at=NOON)
