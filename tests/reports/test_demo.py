"""The demonstration: its people, a year that adds up, and accounts that see what they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from http import HTTPStatus
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from courses.outline import outline, with_progress
from hours.counting_rules import counting_rules
from hours.models import (
    Bucket,
    CountedInterval,
    Objection,
    ObjectionAnswer,
    Rule,
    RuleProposal,
    Source,
    StudyClock,
    StudyRecord,
)
from hours.requirement import required_hours
from hours.slots import reading_times
from hours.totals import YearTotal, rules_on, studied, year_totals
from people.models import Affiliation, HomeStudy, Member, Office, Organisation, OrganisationState
from programmes.models import LessonReached
from quizzes import marking
from quizzes.attempts import answers_that_hold, contents_of
from quizzes.hand_marking import waiting_questions
from quizzes.looking_back import look_backs_for
from quizzes.models import Answer, Attempt, GivenPoints, ItemResult, ItemStatistic, Mark, Question
from reports.demo.names import AVOIDED, Name
from reports.demo.roster import ACCOUNTS
from tests.cast import moment

AT = moment("2026-11-22 20:00")
TODAY = AT.date()


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """The demonstration as it stands on 22 November 2026, made once for all tests here; what was printed."""
    with django_db_blocker.unblock(), transaction.atomic():
        out = StringIO()
        call_command("demo", at=AT, stdout=out)
        connection.check_constraints()  # once here, or after every test
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def demo(printed: str, db: None) -> None:
    """The demonstration; what a test changes is undone."""


def hours_of(members: list[Member]) -> dict[Member, float]:
    rules = rules_on(TODAY)
    totals = year_totals(studied([member.key for member in members], TODAY.year))
    return {member: float(totals.get(member.key, YearTotal()).hours(rules)) for member in members}


# People


def test_a_county_committee_has_three_general_branches_and_nine_branches_with_groups(demo: None) -> None:
    kinds = Counter(Organisation.objects.values_list("kind", flat=True))

    assert kinds == {"committee": 2, "general_branch": 3, "branch": 9, "group": 20}
    assert not Organisation.objects.filter(name_en="").exists()
    assert OrganisationState.objects.filter(until=None).count() == 34


def test_the_observer_of_the_health_sector_sees_one_branch_in_counts(client: Client, demo: None) -> None:
    sector = Organisation.objects.get(name="柳溪县卫生健康行业党委")
    observer = Office.objects.get(organisation=sector).member
    client.force_login(observer)

    page = client.get(reverse("reports:overview", args=[sector.key]))
    assert [line.organisation.name for line in page.context["lines"]] == ["县人民医院党支部"]
    hospital = page.context["lines"][0].organisation
    branch = client.get(reverse("reports:overview", args=[hospital.key]))
    assert branch.status_code == HTTPStatus.OK
    assert not branch.context["overview"].shows_names


def test_there_are_160_members_each_with_one_home(demo: None) -> None:
    homes = Affiliation.objects.on(TODAY).home()

    assert Member.objects.count() == 160
    assert homes.count() == homes.values("member").distinct().count() == 160


def test_between_27_and_31_per_cent_are_over_60(demo: None) -> None:
    older = Member.objects.filter(birth_year__lt=TODAY.year - 60).count()

    assert 0.27 <= older / 160 <= 0.31


def test_twelve_study_at_home_most_of_them_over_75(demo: None) -> None:
    at_home = Member.objects.filter(home_studies__in=HomeStudy.objects.on(TODAY))
    branches = Affiliation.objects.on(TODAY).home().filter(member__in=at_home).values("branch").distinct()

    assert at_home.count() == 12
    assert at_home.filter(birth_year__lt=TODAY.year - 75).count() == 10
    assert branches.count() == 6


def test_nine_are_mobile_and_have_a_host_that_is_not_their_home(demo: None) -> None:
    hosts = Affiliation.objects.on(TODAY).filter(kind="host").select_related("member")

    assert hosts.count() == 9
    assert all(host.branch_id != host.member.home(TODAY).branch_id for host in hosts)


def test_names_are_varied_and_belong_to_nobody_well_known(demo: None) -> None:
    names = set(Member.objects.values_list("name", flat=True))

    assert len(names) == 160
    assert len({name[0] for name in names}) > 50
    assert names.isdisjoint(AVOIDED)


@pytest.mark.parametrize(
    ("surname", "given", "latin"),
    [
        ("王", "秀英", "Wang Xiuying"),
        ("单", "丽萍", "Shan Liping"),
        ("仇", "志刚", "Qiu Zhigang"),
        ("解", "宏伟", "Xie Hongwei"),
        ("曾", "思远", "Zeng Siyuan"),
        ("查", "慧", "Zha Hui"),
        ("吕", "海燕", "Lü Haiyan"),
        ("欧阳", "文娟", "Ouyang Wenjuan"),
        ("尉迟", "建国", "Yuchi Jianguo"),
        ("孙", "月娥", "Sun Yue'e"),
    ],
)
def test_surnames_are_read_as_surnames(surname: str, given: str, latin: str) -> None:
    assert Name(surname, given).latin == latin


def test_every_branch_has_one_secretary_and_two_had_another_half_a_year_ago(demo: None) -> None:
    of_branches = Office.objects.filter(kind="secretary", organisation__kind="branch")
    before = of_branches.held_on(TODAY - timedelta(days=184))

    assert of_branches.held_on(TODAY).count() == before.count() == 9
    assert of_branches.held_on(TODAY).exclude(pk__in=before).count() == 2


def test_the_three_administrators_are_three_people(demo: None) -> None:
    kinds = ["system_administrator", "audit_administrator", "security_administrator"]
    numbers = Office.objects.held_on(TODAY).filter(kind__in=kinds).values_list("member__number", flat=True)

    assert sorted(numbers) == ["auditor", "secadmin", "sysadmin"]


# The year


def test_counted_intervals_add_up_to_the_seconds_of_every_record(demo: None) -> None:
    records = StudyRecord.objects.exclude(source=Source.CORRECTION)
    counted = records.annotate(pieces=Coalesce(Sum("intervals__seconds"), 0) + F("award"))

    assert records.count() > 6000
    assert not counted.exclude(pieces=F("seconds")).exists()


def test_what_was_counted_and_what_was_not_fill_each_sitting(demo: None) -> None:
    for record in StudyRecord.objects.filter(source__in=[Source.ONLINE, Source.OFFLINE], settles=None):
        lasted = (record.ended_at - record.started_at).total_seconds()
        claimed = sum((span.upper - span.lower).total_seconds() for span in record.claimed)

        assert record.seconds + claimed + sum(record.refused.values()) == lasted
        assert record.seconds <= 20 * 60


def test_no_record_is_younger_than_the_moment_it_was_made_at(demo: None) -> None:
    assert not StudyRecord.objects.filter(received_at__gt=AT).exists()
    assert not Attempt.objects.filter(handed_in_at__gt=AT).exists()


def test_online_records_name_the_rule_and_the_edition_and_the_others_who_wrote_them(demo: None) -> None:
    online = StudyRecord.objects.filter(source=Source.ONLINE)
    rule = Rule.objects.at(Rule.Name.FAIR_PACE, TODAY)

    assert online.exclude(rule=rule).count() == online.filter(edition=None).count() == 0
    others = StudyRecord.objects.exclude(source__in=[Source.ONLINE, Source.OFFLINE])
    assert not others.filter(recorded_by=None).exists()


def test_every_record_names_the_home_at_its_own_day(demo: None) -> None:
    homes: dict = {}
    for row in Affiliation.objects.home().select_related("member"):
        homes.setdefault(row.member.key, []).append((row.since, row.until or date.max, row.branch_id))

    for record in StudyRecord.objects.all():
        day = localdate(record.started_at)
        (home,) = [branch for since, until, branch in homes[record.member_id] if since <= day < until]
        assert record.home_id == home


def test_a_mobile_member_is_recorded_by_the_host_and_belongs_to_the_home(demo: None) -> None:
    meetings = StudyRecord.objects.filter(member__number="mobile", source=Source.MEETING, bucket="collective")
    places = set(meetings.values_list("home__name", "recorded_in__name"))

    assert places == {("青石村党支部", "柳溪社区第一党支部")}


def test_most_members_have_between_14_and_34_hours_and_nobody_is_left_out(demo: None) -> None:
    members = list(Member.objects.with_arrangements(on=TODAY).with_office_kinds(on=TODAY))
    rules = rules_on(TODAY)
    required = {
        m: required_hours(office_kinds=set(m.office_kinds), is_home_study=m.is_home_study, rules=rules)
        for m in members
    }
    hours = hours_of(members)
    asked = [hours[m] for m in members if required[m] == rules.member_hours]
    on_track = sum(hours[m] >= required[m] for m in members if required[m] is not None)

    assert sum(14 <= h <= 34 for h in asked) / len(asked) > 0.8
    assert min(hours.values()) >= 5
    assert 0.15 < on_track / sum(r is not None for r in required.values()) < 0.6


def test_home_study_is_visits_with_a_lesson_and_little_online(demo: None) -> None:
    rows = StudyRecord.objects.filter(member__home_studies__in=HomeStudy.objects.on(TODAY))
    visits = rows.filter(source=Source.VISIT)

    assert visits.values("member").distinct().count() == 12
    assert visits.filter(seconds__range=(30 * 60, 50 * 60)).count() == visits.count()
    assert visits.exclude(bucket=Bucket.COLLECTIVE).count() == 0
    assert rows.filter(source=Source.ONLINE).count() < visits.count() / 2


def test_summer_is_quieter(demo: None) -> None:
    months = Counter(
        localdate(at).month
        for at in StudyRecord.objects.filter(source=Source.ONLINE).values_list("started_at", flat=True)
    )

    assert months[7] + months[8] < (months[5] + months[10]) * 0.7


def test_results_are_what_marking_makes_of_the_answers(demo: None) -> None:
    for mark in Mark.objects.filter(reason="").select_related("attempt").order_by("-pk")[:200]:
        contents, given = contents_of(mark.attempt.paper), answers_that_hold(mark.attempt)
        made = marking.mark(contents, given)

        assert [row["given"] for row in mark.detail] == [given[n] for n in range(len(contents))]
        assert (mark.points, mark.out_of, mark.percent) == (made.points, made.out_of, made.percent)
        assert (mark.passed, mark.awaiting) == (mark.percent >= mark.attempt.pass_mark, made.awaiting)


def test_most_pass_and_some_only_after_trying_again(demo: None) -> None:
    percents = list(Mark.objects.values_list("percent", flat=True))
    again = Attempt.objects.filter(marks__passed=True, member__attempts__marks__passed=False).distinct()

    assert sum(percent >= 70 for percent in percents) / len(percents) > 0.85
    assert again.count() > 20
    assert Answer.objects.count() > ItemResult.objects.count() + 300


def test_there_are_questions_of_every_kind_and_members_have_answered_them(demo: None) -> None:
    kinds = Counter(ItemResult.objects.values_list("version__question__kind", flat=True))

    assert set(kinds) == set(Question.Kind.values)
    assert min(kinds.values()) >= 5
    assert Question.objects.exclude(case=None).values("case").annotate(Count("pk")).get()["pk__count"] == 3


def test_the_statistics_point_at_one_key(demo: None) -> None:
    doubtful = ItemStatistic.objects.filter(suspects__contains=["key_may_be_wrong"])

    assert list(doubtful.values_list("version__question__reference", flat=True)) == ["L12"]
    assert ItemStatistic.objects.count() > 80


def test_short_answers_wait_on_the_marking_desk_and_others_are_marked(demo: None) -> None:
    editor = Member.objects.get(number="editor")
    (waiting,) = waiting_questions(editor)

    assert (waiting.count, waiting.version.content["kind"]) == (6, "short_answer")
    assert GivenPoints.objects.count() > 3


def test_the_account_member_answered_on_two_devices_and_may_look_back(demo: None) -> None:
    member = Member.objects.get(number="member")
    answers = Answer.objects.filter(attempt__member=member)

    assert answers.values("device").distinct().count() == 2
    assert answers.filter(is_late=True).count() == 1
    assert [found.questions for found in look_backs_for(member, at=AT)] == [1]


def test_some_have_finished_the_mass_line_and_some_are_in_the_middle(demo: None) -> None:
    course = next(course for course in outline("zh-hans", reader=None) if course.url == "/mass-line/")
    rows = LessonReached.objects.filter(lesson__in=[lesson.key for lesson in course.lessons])
    reached = Counter(Counter(rows.values_list("member", flat=True)).values())

    assert len(course.lessons) == 12
    assert reached[12] > 20
    assert sum(count for lessons, count in reached.items() if lessons < 12) > 20


def test_the_account_member_has_passed_one_quiz_and_is_in_the_middle_of_a_lesson(demo: None) -> None:
    member = Member.objects.get(number="member")
    states = [lesson.state for lesson in with_progress(outline("zh-hans", reader=None), member)[0].lessons]
    (mark,) = Mark.objects.filter(attempt__member=member)

    assert [state.is_done for state in states[:6]] == [True, True, True, True, False, False]
    assert states[4].seconds > 0
    assert not states[5].is_begun
    assert mark.points == mark.out_of - 1
    assert mark.passed


# What the branch confirms, corrects and answers


def test_the_ledger_rebuilt_from_its_records_is_the_one_that_is_held(demo: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from ledger_rebuilt b full join (select record_id,"
            " range_agg(tstzrange(started_at, ended_at)) as spans from hours_countedinterval group by 1) i"
            " using (record_id) where coalesce(b.spans, '{}') is distinct from coalesce(i.spans, '{}')"
        )
        assert cursor.fetchone() == (0,)


def test_no_lesson_earned_more_in_a_year_than_it_can_for_the_slowest_reader(demo: None) -> None:
    rules = counting_rules(AT)
    slowest = int(rules.pace_slowest * 100)
    alone = CountedInterval.objects.filter(bucket=Bucket.INDIVIDUAL).exclude(subject=None)
    rows = alone.values_list(
        "member", "member__prefers_large_print", "subject", "record__edition", "started_at__year"
    )
    for _member, large, _subject, edition, _year, seconds in rows.annotate(sum=Sum("seconds")):
        times = reading_times(edition)
        assert seconds <= rules.most(times, large_print=large, pace=slowest)


def test_some_read_a_lesson_beyond_its_limit_and_quiet_stretches_are_told(demo: None) -> None:
    online = StudyRecord.objects.filter(source=Source.ONLINE)

    assert online.filter(refused__has_key="lesson_limit").count() > 100
    for record in online.filter(refused__has_key="quiet")[:200]:
        told = record.evidence["quiet"]
        assert sum(seconds for _begin, seconds in told) == record.refused["quiet"]
        assert all(record.started_at.timestamp() <= begin for begin, _seconds in told)


def test_every_row_of_the_clock_names_the_rules_of_its_day(demo: None) -> None:
    rows = StudyRecord.objects.filter(source__in=[Source.ONLINE, Source.OFFLINE], settles=None)
    by_name = {name: Rule.objects.filter(name=name) for name in rows[0].evidence["rules"]}

    assert set(by_name) == {
        "fair_pace", "large_print", "lesson_factor", "individual_day_hours", "offline_counts",
    }  # fmt: skip
    for record in rows.order_by("?")[:100]:
        day = localdate(record.started_at)
        found = {
            name: rules.filter(valid_from__lte=day).latest("valid_from").pk for name, rules in by_name.items()
        }
        assert record.evidence["rules"] == found


def test_what_was_studied_without_a_network_waits_or_counts_by_the_rule_of_the_day(demo: None) -> None:
    willow = Organisation.objects.get(name="柳溪社区第一党支部")
    offline = StudyRecord.objects.filter(source=Source.OFFLINE, settles=None)
    rules = {True: "counted", False: "awaiting"}

    assert offline.filter(standing="counted").count() > 50
    assert set(offline.filter(standing="awaiting").values_list("recorded_in", flat=True)) == {willow.pk}
    for record in offline:
        rule = Rule.objects.at(Rule.Name.OFFLINE_COUNTS, localdate(record.received_at))
        assert record.standing == rules[bool(rule.value)]
        assert [span.lower for span in record.counters] == [0]


def test_the_secretary_finds_something_to_confirm_to_correct_and_to_answer(demo: None) -> None:
    willow = Organisation.objects.get(name="柳溪社区第一党支部")
    here = StudyRecord.objects.filter(recorded_in=willow)
    waiting = Counter(here.awaiting().values_list("source", flat=True))

    assert waiting["offline"] >= 2
    assert (waiting["paper"], waiting["correction"]) == (1, 1)
    assert not here.awaiting().filter(source="correction", recorded_by__number="secretary").exists()
    settled = here.filter(settles__isnull=False).values_list("source", "standing")
    assert sorted(settled) == [("correction", "counted"), ("offline", "counted"), ("offline", "declined")]
    (correction,) = here.filter(source="correction", standing="counted")
    assert correction.seconds == 600
    assert correction.recorded_by != correction.settles.recorded_by


def test_the_account_member_has_one_objection_answered_and_one_open(demo: None) -> None:
    mine = Objection.objects.filter(member__number="member").order_by("at")

    assert [hasattr(objection, "answer") for objection in mine] == [True, False]
    assert "quiet" in mine[0].record.refused
    assert ObjectionAnswer.objects.exclude(correction=None).count() == 1


def test_a_lecture_earned_what_the_rule_awards(demo: None) -> None:
    (record,) = StudyRecord.objects.exclude(award=0)

    assert (record.award, record.seconds, record.source) == (45 * 60, 45 * 60, Source.MEETING)


def test_the_account_elder_has_a_calm_pace_learned_from_six_lessons(demo: None) -> None:
    clock = StudyClock.objects.get(member__number="elder")

    assert (clock.pace, clock.pace_lessons) == (60, 6)


def test_one_rule_is_proposed_and_three_were_approved_by_a_second_person(demo: None) -> None:
    proposals = RuleProposal.objects.values_list("outcome", "author__number", "settled_by__number")

    assert sorted(proposals, key=str) == [
        ("", "sysadmin", None),
        *[("approved", "sysadmin", "secadmin")] * 3,
    ]


# The accounts


def test_the_command_prints_every_account_and_the_password(printed: str, demo: None) -> None:
    assert f"all with the password {settings.DEMO_PASSWORD}:" in printed
    assert all(f"  {number} " in printed for number in ACCOUNTS)


@pytest.mark.parametrize("number", ACCOUNTS)
def test_every_account_can_sign_in(number: str, client: Client, demo: None) -> None:
    assert client.login(username=number, password=settings.DEMO_PASSWORD)


def test_nobody_else_can_sign_in(demo: None) -> None:
    others = Member.objects.exclude(number__in=ACCOUNTS)

    assert others.count() == 148
    assert not any(member.has_usable_password() for member in others)


@pytest.mark.parametrize(
    ("number", "own_branch", "other_branch", "person"),
    [
        ("member", 404, 404, 404),
        ("elder", 404, 404, 200),
        ("mobile", 404, 404, 404),
        ("visitor", 404, 404, 200),
        ("editor", 404, 404, 404),
        ("reviewer", 404, 404, 404),
        ("sysadmin", 404, 404, 404),
        ("auditor", 404, 404, 404),
        ("secadmin", 404, 404, 404),
        ("secretary", 200, 404, 200),
        ("committee", 200, 200, 200),
        ("observer", 200, 200, 404),
    ],
)
def test_every_account_sees_what_its_office_shows(
    number: str, own_branch: int, other_branch: int, person: int, client: Client, demo: None
) -> None:
    client.force_login(Member.objects.get(number=number))
    pages = [
        reverse("reports:overview", args=[Organisation.objects.get(name="柳溪社区第一党支部").key]),
        reverse("reports:overview", args=[Organisation.objects.get(name="云溪村党支部").key]),
        reverse("reports:member", args=[Member.objects.get(number="elder").key]),
    ]

    assert [client.get(page).status_code for page in pages] == [own_branch, other_branch, person]


@pytest.mark.parametrize(("number", "sees"), [("secretary", True), ("committee", True), ("observer", False)])
def test_an_observer_sees_no_names(number: str, sees: bool, client: Client, demo: None) -> None:
    branch = Organisation.objects.get(name="柳溪社区第一党支部")
    client.force_login(Member.objects.get(number=number))

    page = client.get(reverse("reports:overview", args=[branch.key]))

    assert page.status_code == HTTPStatus.OK
    assert ("王秀英" in page.content.decode()) is sees
