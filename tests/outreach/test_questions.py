"""Questions members ask: a task of whoever said "I will find out", until the answer was told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from outreach import questions
from outreach.arranged import MemberQuestion
from outreach.questions import answer, take_down, tell
from people.audit import AuditEntry
from people.leading import NotThatDay
from people.models import Member, Pairing
from people.own_data import own_data
from tests.cast import make_member
from tests.outreach.visiting import NOON, make_visitor, signed_in

DAY = date(2026, 3, 10)


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


@pytest.fixture
def asked(member, visitor) -> MemberQuestion:
    (question,) = take_down(member, ["医保怎么报？"], taken_by=visitor, on=DAY, at=NOON)
    return question


def test_a_question_is_open_then_answered_then_told(asked, visitor) -> None:
    assert asked.state == "open"
    found = answer(asked, "带病历到社保窗口。", by=visitor, at=NOON + timedelta(hours=1))
    assert (found.state, found.answer) == ("answered", "带病历到社保窗口。")
    told = tell(found, on=date(2026, 3, 12), by=visitor, at=NOON + timedelta(days=2))
    again = tell(found, on=date(2026, 3, 13), by=visitor, at=NOON + timedelta(days=3))

    assert (told.state, told.told_on, again.told_on) == ("told", date(2026, 3, 12), date(2026, 3, 12))
    actions = AuditEntry.objects.filter(action__startswith="question.").order_by("pk")
    assert [entry.action for entry in actions] == [
        "question.taken_down", "question.answered", "question.told",
    ]  # fmt: skip
    assert "医保" not in "".join(str(entry.details) for entry in actions)


def test_an_answer_is_written_anew_until_it_was_told(asked, visitor) -> None:
    answer(asked, "一", by=visitor, at=NOON)
    answer(asked, "二", by=visitor, at=NOON)
    tell(asked, on=DAY, by=visitor, at=NOON)
    with pytest.raises(questions.AlreadyTold):
        answer(asked, "三", by=visitor, at=NOON)

    assert MemberQuestion.objects.get().answer == "二"


def test_what_makes_no_sense_is_refused(asked, visitor) -> None:
    for words in ("  ", "长" * 501):
        with pytest.raises(questions.NothingSaid):
            answer(asked, words, by=visitor, at=NOON)
    with pytest.raises(questions.NotAnsweredYet):
        tell(asked, on=DAY, by=visitor, at=NOON)
    answer(asked, "一", by=visitor, at=NOON)
    for day in (date(2026, 3, 9), date(2026, 3, 11)):
        with pytest.raises(NotThatDay):
            tell(asked, on=day, by=visitor, at=NOON)

    assert MemberQuestion.objects.get().state == "answered"


def test_only_who_took_it_down_and_the_leaders_answer(asked, member, secretary, stranger, branch) -> None:
    colleague = make_visitor("other", branch, member)
    for by in (member, stranger, colleague):
        with pytest.raises(questions.NotYourQuestion):
            answer(asked, "一", by=by, at=NOON)
    assert MemberQuestion.objects.get().answer is None
    answer(asked, "一", by=secretary, at=NOON)

    assert MemberQuestion.objects.get().answer == "一"


def test_a_visitor_who_no_longer_comes_leaves_the_task_to_the_leaders(asked, visitor, secretary) -> None:
    Pairing.objects.update(until=DAY)
    with pytest.raises(questions.NotYourQuestion):
        answer(asked, "一", by=visitor, at=NOON)
    answer(asked, "一", by=secretary, at=NOON)

    assert MemberQuestion.objects.get().state == "answered"


def test_it_is_a_task_on_the_visitors_page_until_it_was_told(member, visitor) -> None:
    (question,) = take_down(member, ["医保怎么报？"], taken_by=visitor, on=localdate(), at=now())
    client, path = signed_in(visitor), f"/visits/questions/{question.key}/"
    assert path in client.get("/visits/").content.decode()
    empty = client.post(path, {"act": "answer", "answer": ""})
    assert (empty.status_code, MemberQuestion.objects.get().answer) == (200, None)
    assert client.post(path, {"act": "answer", "answer": "到窗口"})["location"] == path
    assert path in client.get("/visits/").content.decode()
    assert client.post(path, {"act": "told", "on": f"{localdate()}"})["location"] == "/visits/"

    assert path not in client.get("/visits/").content.decode()
    assert "到窗口" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("visitor", 200), ("secretary", 200), ("member", 404), ("stranger", 404), ("other", 404)],
)
def test_who_may_look_at_a_question(asked, visitor, secretary, member, stranger, branch, who, status) -> None:
    other = make_visitor("other", branch, make_member("someone", branch))
    people = {
        "visitor": visitor, "secretary": secretary, "member": member, "stranger": stranger, "other": other,
    }  # fmt: skip

    assert signed_in(people[who]).get(f"/visits/questions/{asked.key}/").status_code == status
    assert [e.outcome for e in AuditEntry.objects.filter(action="question.looked")] == [
        "done" if status == 200 else "refused"
    ]


def test_the_secretary_sees_the_open_questions_of_the_branch(asked, visitor, secretary, branch) -> None:
    page = signed_in(secretary).get(f"/visits/branch/{branch.key}/").content.decode()

    assert "医保怎么报？" in page and f"/visits/questions/{asked.key}/" in page


def test_a_member_reads_their_questions_and_answers_in_their_own_data(asked, visitor, member) -> None:
    answer(asked, "到窗口", by=visitor, at=NOON)

    section = next(s for s in own_data(member) if s.key == "outreach.memberquestion")
    (row,) = section.rows
    assert (row[1], row[3]) == ("医保怎么报？", "到窗口")
