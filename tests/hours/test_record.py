"""The record page: for every row what was counted and what was not, and why; nobody sees another's."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from uuid import UUID

import pytest
from django.utils.translation import override

from hours.clock import Refusal
from hours.models import Bucket, Rule, Source
from hours.record import lines, records_of_year, year_record
from hours.totals import year_of
from people.models import HomeStudy, Office
from tests.cast import add_module, give_office, moment
from tests.courses.lessons import add_edition
from tests.hours.rows import add_record, this_year

pytestmark = pytest.mark.django_db

TEN = moment("2026-03-10 10:00")
DAY = date(2026, 3, 10)

REASONS = {
    Source.ONLINE: (
        "您在阅读：看了 3 屏，静读时间按每屏所需的阅读时间计入。",
        "You were reading: 3 screens were shown, and silence was counted up to their reading time.",
    ),
    Source.MEETING: (None, "You were on the roll of the meeting."),
    Source.VISIT: (None, "Study was brought to you; the visitor recorded it."),
    Source.PAPER: (None, "The return slip of your study pack."),
    Source.QUIZ: (None, "A passed quiz."),
    Source.IMPORT: (None, "Brought in from earlier records."),
    Source.OFFLINE: (
        None,
        "You were reading: 3 screens were shown, and silence was counted up to their reading time. "
        "Without a network; it waited on the device and arrived on 10 March 2026, 10:01.",
    ),
    Source.AUDIO: (None, "You were listening to a recording."),
    Source.CORRECTION: ("", ""),
}

READ = "Reading: 3 screens were shown, and silence was counted up to their reading time."

OF_ANOTHER = {
    Source.ONLINE: READ,
    Source.OFFLINE: f"{READ} Without a network; it waited on the device and arrived on 10 March 2026, 10:01.",
    Source.MEETING: "On the roll of the meeting.",
    Source.VISIT: "Study was brought to the member; the visitor recorded it.",
    Source.PAPER: "The return slip of the study pack.",
    Source.AUDIO: "A recording was listened to.",
}

REFUSALS = {
    Refusal.QUIET: (1260, "21 minutes: nobody seemed to be there, longer than the screen takes to read."),
    Refusal.HIDDEN: (60, "1 minute: the page was in the background."),
    Refusal.ELSEWHERE: (119, "1 minute: already counted on another page or device, or at a meeting."),
    Refusal.CLOSED: (59, "59 seconds: the page was not open."),
    Refusal.OUTSIDE: (1, "1 second: before the page was opened."),
    Refusal.LESSON_LIMIT: (120, "2 minutes: beyond what this lesson can earn in a year. It is kept."),
    Refusal.DAY_LIMIT: (120, "2 minutes: beyond what individual study can earn in a day. It is kept."),
    Refusal.CLAIMED: (30, "30 seconds: more than a minute in one report of the page."),
    Refusal.FUTURE: (30, "30 seconds: later than the clock of the server."),
}


def test_the_tables_name_every_source_and_reason() -> None:
    assert set(REASONS) == set(Source)
    assert set(REFUSALS) == set(Refusal)


@pytest.mark.parametrize("source", list(Source))
def test_every_row_says_why_it_was_counted(member, source) -> None:
    record = add_record(member, at=TEN, source=source)

    with override("en"):
        (line,) = lines([record], viewer=member)
    assert " ".join(line.counted_because) == REASONS[source][1]


def test_who_reads_about_a_member_is_not_told_you(member, secretary) -> None:
    hours = range(9, 9 + len(OF_ANOTHER))
    times = [moment(f"2026-03-10 {hour:02}:00") for hour in hours]
    records = [add_record(member, at=at, source=source) for at, source in zip(times, OF_ANOTHER, strict=True)]

    with override("en"):
        told = [" ".join(line.counted_because) for line in lines(records, viewer=secretary)]
    assert told == list(OF_ANOTHER.values())


def test_a_reason_that_was_given_stands_with_the_record(member) -> None:
    record = add_record(member, at=TEN, source=Source.IMPORT, reason="2025 年台账")

    with override("en"):
        (line,) = lines([record], viewer=member)
    assert line.counted_because == ["Brought in from earlier records.", "2025 年台账"]


@pytest.mark.parametrize("source", sorted(set(Source) - {Source.CORRECTION}))
def test_in_chinese_every_row_says_it_in_chinese(member, source) -> None:
    record = add_record(member, at=TEN, source=source)

    (line,) = lines([record], viewer=member)
    said = " ".join(line.counted_because)
    assert said == (REASONS[source][0] or said)
    assert has_chinese(said)


@pytest.mark.parametrize("why", list(REFUSALS))
def test_every_refused_minute_says_why(member, why) -> None:
    seconds, sentence = REFUSALS[why]
    record = add_record(member, at=TEN, refused={why: seconds})

    with override("en"):
        (line,) = lines([record], viewer=member)
    assert line.not_counted == [sentence]
    (chinese,) = lines([record], viewer=member)
    assert [has_chinese(text) for text in chinese.not_counted] == [True]


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_a_row_names_its_lesson_minutes_and_rule(member, branch, lesson) -> None:
    record = add_record(member, lesson.translation_key, at=TEN, seconds=179)

    (line,) = lines([record], viewer=member)
    assert (line.subject.title, line.subject.url) == ("群众路线是怎样形成的", "/mass-line/one/first/")
    assert (line.counted, line.record.rule.name, line.record.home) == ("2 分钟", "fair_pace", branch)
    assert line.not_counted == []


def test_the_latest_row_comes_first_and_other_years_stay_away(member) -> None:
    rows = [add_record(member, at=moment(text)) for text in ("2026-01-01 00:00", "2026-12-31 23:59")]
    for text in ("2025-12-31 23:58", "2027-01-01 00:00"):
        add_record(member, at=moment(text))

    assert records_of_year(member.study_records.all(), 2026) == rows[::-1]


def test_a_year_adds_up_by_kind_in_study_hours_of_45_minutes(member) -> None:
    add_record(member, at=moment("2026-02-01 09:00"), seconds=45 * 60 * 4, bucket=Bucket.COLLECTIVE)
    add_record(member, at=moment("2026-02-02 09:00"), seconds=45 * 60 * 2 + 59)
    record = year_record(member, year=2026, on=DAY)

    assert (record.year, record.total.seconds) == (2026, {"collective": 10_800, "individual": 5459})
    assert (record.hours, record.required, record.missing, record.percent) == (6, 32, 26, 18)
    assert [(kind.minutes, kind.rest) for kind in record.by_kind] == [(180, 0), (90, 59)]


def test_individual_study_counts_up_to_its_cap_and_the_rest_is_kept(member) -> None:
    hour = 45 * 60
    for day in range(1, 21):
        add_record(member, at=moment(f"2026-02-{day:02} 09:00"), seconds=hour)
    record = year_record(member, year=2026, on=DAY)

    assert (record.total.counted, record.hours) == (20 * hour, 16)
    assert record.towards_requirement.seconds == 16 * hour
    assert [(kind.kind, kind.cap, kind.beyond, kind.arc) for kind in record.by_kind] == [
        ("individual", 16, 4 * hour, 500)
    ]


def test_the_rule_of_the_day_decides_the_length_of_a_study_hour(member) -> None:
    Rule.objects.create(
        name="minutes_per_study_hour", value=60, valid_from=date(2026, 3, 1), source="县委通知"
    )
    add_record(member, at=moment("2026-02-01 09:00"), seconds=3600)

    assert year_record(member, year=2026, on=date(2026, 2, 28)).hours == Decimal(1)
    assert year_record(member, year=2026, on=date(2026, 3, 1)).hours == Decimal(1)
    add_record(member, at=moment("2026-02-02 09:00"), seconds=2700)
    assert year_record(member, year=2026, on=date(2026, 2, 28)).hours == Decimal("2")
    assert year_record(member, year=2026, on=date(2026, 3, 1)).hours == Decimal("1.5")


@pytest.mark.parametrize(
    ("office", "required"),
    [
        (None, 32),
        (Office.Kind.SECRETARY, 56),
        (Office.Kind.DEPUTY, 56),
        (Office.Kind.COMMITTEE_MEMBER, 56),
        (Office.Kind.GROUP_LEADER, 32),
        (Office.Kind.EDITOR, 32),
    ],
)
def test_what_is_asked_depends_on_the_office(member, branch, office, required) -> None:
    if office:
        give_office(member, branch, office)

    assert year_record(member, year=2026, on=DAY).required == required


def test_of_home_study_nothing_is_asked_and_nothing_is_missing(member) -> None:
    HomeStudy.objects.create(member=member, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    record = year_record(member, year=2026, on=DAY)

    assert (record.required, record.missing, record.percent) == (None, 0, 0)
    assert year_record(member, year=2026, on=date(2025, 12, 31)).required == 32


def test_the_page_shows_ones_own_record_and_no_other(client, member, secretary) -> None:
    mine = add_record(member, at=this_year(1))
    add_record(secretary, at=this_year(2))
    client.force_login(member)
    shown = client.get("/record/").context

    assert [line.record for line in shown["lines"]] == [mine]
    assert shown["record"].total.counted == 60


def test_the_secretarys_own_page_shows_only_their_own(client, member, secretary) -> None:
    add_record(member, at=this_year(1))
    client.force_login(secretary)
    shown = client.get("/record/").context

    assert (shown["lines"], shown["record"].total.counted) == ([], 0)


def test_the_page_speaks_the_readers_language(client, member, lesson) -> None:
    add_record(member, lesson.translation_key, at=this_year(), refused={"quiet": 1260})
    client.force_login(member)
    english = client.get("/en/record/").content.decode()
    chinese = client.get("/record/").content.decode()

    assert "3 screens were shown, and silence was counted up to their reading time." in english
    assert "21 minutes: nobody seemed to be there" in english
    assert REASONS[Source.ONLINE][0] in chinese
    assert "nobody seemed to be there" not in chinese


def test_a_long_record_comes_in_pages_of_fifty(client, member) -> None:
    for minute in range(51):
        add_record(member, at=this_year(2 * minute))
    client.force_login(member)

    assert len(client.get("/record/").context["lines"]) == 50
    assert len(client.get("/record/?page=2").context["lines"]) == 1
    assert len(client.get("/record/?page=nonsense").context["lines"]) == 50


def test_the_page_costs_the_same_however_long_the_record(client, member, django_assert_num_queries) -> None:
    module = add_module()
    editions = [add_edition(module, f"lesson-{number}") for number in range(6)]
    for minute in range(40):
        add_record(member, editions[minute % 6].translation_key, at=this_year(2 * minute))
    client.force_login(member)

    # session, member; rules, studied, offices, home study; rows, what awaits, days, pace;
    # families, titles, objections; the year before
    with django_assert_num_queries(14):
        assert client.get("/record/").status_code == HTTPStatus.OK


def test_a_record_of_something_nobody_knows_is_still_shown(client, member) -> None:
    add_record(member, UUID(int=7), at=this_year())
    client.force_login(member)
    (line,) = client.get("/record/").context["lines"]

    assert line.subject is None


def test_a_record_belongs_to_the_year_in_shanghai() -> None:
    assert year_of(moment("2026-12-31 23:59")) == 2026
    assert year_of(moment("2027-01-01 00:00")) == 2027
