"""The pages of visits: recorded by a form, kept when refused, who may look, what each shows."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import localdate, localtime, now

from courses.models import LessonEdition
from hours.models import StudyRecord
from outreach import spoken
from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.visiting import Visit, VisitMember
from outreach.visits import record_visit
from people.audit import AuditEntry
from people.models import Member, Office, Pairing
from quizzes.models import Attempt, Mark, QuestionVersion
from tests.cast import LONG_AGO, give_office, make_member
from tests.outreach.visiting import make_visitor, queries, report, signed_in
from tests.quizzes.papers import SEVERAL, add_question, add_quiz


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


def just_now(minutes: int = 60) -> str:
    return f"{localtime(now()) - timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"


def typed(member: Member, visitor: Member, **more: object) -> dict[str, object]:
    """What the form of one member sends in the ordinary case."""
    return {
        "key": str(uuid4()), "members": str(member.key), "visitors": str(visitor.key),
        "started_at": just_now(), "minutes": "40", f"confirmed_{member.key}": "tap", **more,
    }  # fmt: skip


def test_the_form_opens_filled_in_for_the_ordinary_case(member, visitor, lesson) -> None:
    page = signed_in(visitor).get(f"/visits/record/?member={member.key}").content.decode()

    assert f'name="members" value="{member.key}" checked' in page
    assert f'name="lessons" value="{lesson.translation_key}" checked' in page
    assert f'name="visitors" value="{visitor.key}" checked' in page
    assert re.search(r'name="minutes" value="40"', page)
    assert "有人来看望我" in page or "I was visited" in page


def test_with_one_member_nobody_has_to_be_chosen(member, visitor) -> None:
    page = signed_in(visitor).get("/visits/record/").content.decode()

    assert f'name="members" value="{member.key}" checked' in page


def test_the_form_records_the_visit_and_shows_it(member, visitor, lesson) -> None:
    client = signed_in(visitor)
    sent = typed(member, visitor, lessons=str(lesson.translation_key), place="院子里")
    sent |= {f"wishes_{member.key}": "大字版", f"questions_{member.key}": "医保怎么报？\n党费多少？"}
    answer = client.post("/visits/record/", sent)

    visit = Visit.objects.get()
    assert (answer.status_code, answer["location"]) == (302, f"/visits/{visit.key}/")
    assert str(visit.key) == sent["key"]
    assert StudyRecord.objects.get().seconds == 2400
    page = client.get(answer["location"]).content.decode()
    for words in ("王红", "李慧", "院子里", "大字版", "医保怎么报？", "党费多少？", lesson.title):
        assert words in page
    assert client.post("/visits/record/", sent)["location"] == f"/visits/{visit.key}/"
    assert Visit.objects.count() == 1


def test_a_refused_form_comes_back_with_everything_that_was_typed(member, visitor, lesson) -> None:
    sent = typed(
        member, visitor, started_at=just_now(10), place="院子里", lessons=str(lesson.translation_key)
    )
    sent |= {f"wishes_{member.key}": "大字版", f"companion_{member.key}": "李强"}
    answer = signed_in(visitor).post("/visits/record/", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (sent["key"], sent["started_at"], "院子里", "大字版", "李强", 'value="tap" checked'):
        assert words in page
    assert f'value="{lesson.translation_key}" checked' in page
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": "0"}, {"minutes": "500"}, {"minutes": "x"}, {"started_at": "gestern"}, {"key": "1"},
        {"members": "x"}, {"members": str(uuid4())}, {"lessons": str(uuid4())}, {"visitors": str(uuid4())},
        {"counter": "-1"}, {"started_at": "2031-01-01T00:00"}, {"place": "院" * 101},
    ],
)  # fmt: skip
def test_whatever_is_malformed_is_said_and_nothing_is_written(member, visitor, wrong) -> None:
    answer = signed_in(visitor).post("/visits/record/", typed(member, visitor) | wrong)

    assert answer.status_code == 422
    assert re.search(r'class="errorlist|role="alert"', answer.content.decode())
    assert (Visit.objects.count(), StudyRecord.objects.count()) == (0, 0)


def test_a_device_is_answered_in_json(member, visitor) -> None:
    client, as_json = signed_in(visitor), {"accept": "application/json"}
    refused = client.post("/visits/record/", typed(member, visitor, minutes="0"), headers=as_json)
    sent = typed(member, visitor)
    taken = client.post("/visits/record/", sent, headers=as_json)

    assert (refused.status_code, list(refused.json())) == (422, ["refused"])
    assert taken.json() == {"recorded": f"/visits/{sent['key']}/"}


def test_a_companions_name_alone_says_how_it_was_confirmed_and_a_companion_has_a_name(
    member, visitor
) -> None:
    client = signed_in(visitor)
    nameless = typed(member, visitor) | {f"confirmed_{member.key}": "companion"}
    assert client.post("/visits/record/", nameless).status_code == 422
    client.post(
        "/visits/record/",
        typed(member, visitor) | {f"confirmed_{member.key}": "", f"companion_{member.key}": "李强"},
    )

    row = VisitMember.objects.get()
    assert (row.confirmed, row.companion) == ("companion", "李强")


def test_a_call_and_a_closed_door_are_lighter_forms(member, visitor) -> None:
    client = signed_in(visitor)
    call = client.get(f"/visits/call/?member={member.key}").content.decode()
    door = client.get(f"/visits/nobody-home/?member={member.key}").content.decode()
    assert "visit_place" not in call and 'name="lessons"' not in call
    assert 'name="minutes"' not in door
    sent = {"key": str(uuid4()), "members": str(member.key), "started_at": just_now()}
    client.post("/visits/call/", sent | {"minutes": "10"})
    client.post("/visits/nobody-home/", sent | {"key": str(uuid4())})

    assert list(Visit.objects.order_by("pk").values_list("way", "outcome", "minutes")) == [
        ("telephone", "held", 10), ("visit", "nobody_home", 0),
    ]  # fmt: skip
    assert not StudyRecord.objects.exists()


@pytest.fixture
def quiz(lesson):
    quiz = add_quiz(add_question("甲"), add_question("乙", kind=SEVERAL, right=(0, 1)))
    LessonEdition.objects.update(quiz_keys=[str(quiz.key)])
    return quiz


def asked_in(page: str) -> str:
    found = re.search(r'name="asked" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def paper_in(token: str) -> str:
    """What is signed, without the second when it was."""
    return token.rsplit(":", 2)[0]


def right_ones(token: str) -> dict[str, list[str]]:
    """The right answers to what was drawn, as the form sends them."""
    paper = spoken.read(token).paper["paper"]
    versions = QuestionVersion.objects.in_bulk([asked["version"] for asked in paper])
    return {f"asked_{n}": versions[asked["version"]].content["correct"] for n, asked in enumerate(paper)}


def test_the_quiz_of_the_lesson_is_asked_aloud_and_marked_on_the_server(
    member, visitor, lesson, quiz
) -> None:
    client = signed_in(visitor)
    page = client.get(f"/visits/record/?member={member.key}").content.decode()
    assert "甲 的题目" in page and "correct" not in page
    token = asked_in(page)
    sent = typed(member, visitor, asked=token, lessons=str(lesson.translation_key)) | right_ones(token)
    client.post("/visits/record/", sent)
    client.post("/visits/record/", sent)

    attempt = Attempt.objects.get()
    assert (attempt.member, attempt.quiz, attempt.edition) == (member, quiz, lesson.key)
    assert Mark.objects.get().percent == 100


def test_a_form_with_answers_that_came_back_asks_the_same_paper(member, visitor, quiz) -> None:
    client = signed_in(visitor)
    token = asked_in(client.get(f"/visits/record/?member={member.key}").content.decode())
    answers = right_ones(token)
    back = client.post("/visits/record/", typed(member, visitor, asked=token, minutes="0") | answers)

    page = back.content.decode()
    assert paper_in(asked_in(page)) == paper_in(token)
    assert f'name="asked_0" value="{answers["asked_0"][0]}" checked' in page
    assert not Attempt.objects.exists()


def test_a_forged_or_damaged_paper_records_nothing(member, visitor, quiz) -> None:
    client = signed_in(visitor)
    token = asked_in(client.get(f"/visits/record/?member={member.key}").content.decode())
    forged = typed(member, visitor, asked=token[:-2], asked_0=str(uuid4()))
    off_paper = typed(member, visitor, asked=token, asked_0=str(uuid4()))
    no_key = typed(member, visitor, asked=token, asked_0="x")

    assert [client.post("/visits/record/", sent).status_code for sent in (forged, off_paper, no_key)] == [
        422
    ] * 3
    assert (Visit.objects.count(), Attempt.objects.count()) == (0, 0)


def test_who_has_no_business_with_visits_finds_no_page(member, visitor, stranger, branch) -> None:
    paths = ["/visits/", "/visits/record/", f"/visits/plan/{member.key}/", f"/visits/branch/{branch.key}/"]
    for path in paths:
        assert signed_in(make_member(f"n{paths.index(path)}", branch)).get(path).status_code == 404, path
    assert signed_in(stranger).get(f"/visits/plan/{member.key}/").status_code == 404
    assert signed_in(stranger).get(f"/visits/branch/{branch.key}/").status_code == 404
    assert signed_in(stranger).get(f"/visits/branch/{branch.key}/pairing/").status_code == 404
    assert Client().get("/visits/record/")["location"].startswith("/sign-in/")


def made(member: Member, visitor: Member, **said: object) -> Visit:
    start = now().replace(microsecond=0) - timedelta(hours=2)
    return record_visit(report(member, start=start, **said), by=visitor, at=now()).visit


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("visitor", True), ("member", True), ("secretary", True), ("other visitor", False),
        ("stranger", False), ("colleague", False), ("committee member", False),
    ],
)  # fmt: skip
def test_who_may_look_at_a_visit(member, visitor, secretary, stranger, branch, who, shown) -> None:
    colleague = make_member("colleague", branch)
    people = {
        "visitor": visitor, "member": member, "secretary": secretary, "stranger": stranger,
        "colleague": colleague, "other visitor": make_visitor("other", branch, colleague),
        "committee member": make_member("cm", branch),
    }  # fmt: skip
    give_office(people["committee member"], branch, Office.Kind.COMMITTEE_MEMBER)
    visit = made(member, visitor)
    answer = signed_in(people[who]).get(f"/visits/{visit.key}/")

    assert answer.status_code == (200 if shown else 404)
    looks = AuditEntry.objects.filter(action="visit.looked", actor=people[who].key)
    assert [(look.subject, look.outcome) for look in looks] == (
        [] if who == "member" else [(member.key, "done" if shown else "refused")]
    )


def test_the_page_of_a_visit_explains_a_second_report(member, visitor, branch) -> None:
    start = now().replace(microsecond=0) - timedelta(hours=3)
    record_visit(report(member, start=start), by=visitor, at=now())
    other = make_visitor("second", branch, member, name="李华", name_latin="Li Hua")
    second = record_visit(report(member, start=start + timedelta(minutes=20)), by=other, at=now()).visit
    page = signed_in(other).get(f"/en/visits/{second.key}/").content.decode()

    begin, end = (f"{localtime(start + timedelta(minutes=m)):%H:%M}" for m in (0, 40))
    assert f"Wang Hong reported a visit from {begin}–{end} already: the time counts once." in page
    assert "20 minutes of it count from another record already" in page
    assert "20 minutes count as collective study." in page


def test_neighbours_whom_the_viewer_does_not_see_are_a_number(member, visitor, branch) -> None:
    neighbour = make_member("neighbour", branch, name="邻居甲")
    Pairing.objects.create(visitor=visitor, member=neighbour, since=LONG_AGO)
    visit = record_visit(
        report(member, neighbour, start=now() - timedelta(hours=2)), by=visitor, at=now()
    ).visit
    page = signed_in(member).get(f"/en/visits/{visit.key}/").content.decode()

    assert "邻居甲" not in page
    assert "1 other member was at the table." in page


def fill(branch, visitor: Member, count: int) -> None:
    """So many members with everything that the visitor's page shows."""
    for n in range(count):
        member = make_member(f"f{n}", branch)
        Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
        visit = made(member, visitor, place="院子里")
        PlannedVisit.objects.create(
            visitor=visitor, member=member, day=localdate(), planned_by=visitor, planned_at=now(), note="带书"
        )
        MemberQuestion.objects.create(
            member=member,
            visit=visit,
            text="为什么？",
            asked_on=localdate(),
            taken_by=visitor,
            taken_at=now(),
        )


@pytest.mark.parametrize("path", ["/visits/", "/visits/record/"])
def test_the_visitors_pages_ask_as_much_for_few_as_for_many(branch, visitor, lesson, path) -> None:
    fill(branch, visitor, 2)
    client = signed_in(visitor)
    client.get(path)
    few = queries(lambda: client.get(path))
    for other in Member.objects.filter(number__startswith="f"):
        Member.objects.filter(pk=other.pk).update(number=f"g{other.pk}")
    fill(branch, visitor, 7)

    assert queries(lambda: client.get(path)) == few


@pytest.mark.parametrize("path", ["/visits/branch/{}/", "/visits/branch/{}/pairing/"])
def test_the_branchs_pages_ask_as_much_for_few_as_for_many(branch, visitor, secretary, lesson, path) -> None:
    fill(branch, visitor, 2)
    client, address = signed_in(secretary), path.format(branch.key)
    client.get(address)
    few = queries(lambda: client.get(address))
    for other in Member.objects.filter(number__startswith="f"):
        Member.objects.filter(pk=other.pk).update(number=f"g{other.pk}")
    fill(branch, visitor, 7)

    assert queries(lambda: client.get(address)) == few


def test_a_visit_asks_as_much_for_one_as_for_a_table_of_ten(branch, visitor, member, secretary) -> None:
    people = [make_member(f"t{n}", branch) for n in range(9)]
    Pairing.objects.bulk_create(Pairing(visitor=visitor, member=one, since=LONG_AGO) for one in people)
    one = made(member, visitor)
    start = now() - timedelta(hours=5)
    many = record_visit(report(*people, start=start), by=visitor, at=now()).visit
    client = signed_in(visitor)
    client.get(f"/visits/{one.key}/")

    few = queries(lambda: client.get(f"/visits/{one.key}/"))
    assert queries(lambda: client.get(f"/visits/{many.key}/")) == few
