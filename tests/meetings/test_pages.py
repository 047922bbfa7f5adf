"""The pages of meetings: who may look, what stands there, and forms that refuse and lose nothing."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, localtime, now

from hours.models import StudyRecord
from meetings import holding
from meetings.holding import Plan
from meetings.models import Attendance, Meeting
from people.audit import AuditEntry
from people.models import HomeStudy, Office
from tests.cast import LONG_AGO, add_lesson, add_module, give_office, make_member
from tests.meetings.conftest import REVIEW
from tests.meetings.room import closed, marked, minutes_of, said, state_of

pytestmark = pytest.mark.django_db

OPEN, AWAY, HIDDEN = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND


def yesterday(hour: int, minute: int = 0) -> datetime:
    return localtime().replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(days=1)


@pytest.fixture
def meeting(branch, secretary) -> Meeting:
    """Of yesterday from ten to half past eleven; its roll is open."""
    plan = Plan(kind="theme_day", starts_at=yesterday(10), ends_at=yesterday(11, 30))
    return holding.open_meeting(branch, plan, by=secretary, at=now())


def at(meeting: Meeting, page: str = "roll") -> str:
    return reverse(f"meetings:{page}", args=[meeting.key])


def text_of(response) -> str:
    main = response.content.decode()
    main = main[main.index("<main") : main.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def plan_data(**fields) -> dict:
    day = localdate() - timedelta(days=1)
    times = {"day": f"{day}", "begins": "15:00", "ends": "16:30"}
    return {"kind": "theme_day", "key": f"{uuid4()}", **times, **fields}


VIEWERS = {
    # office: place, kind; entrance, list of the branch, new, roll, close, correct (of a closed one), print
    "secretary": ("branch", Office.Kind.SECRETARY, AWAY, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN),
    "deputy": ("branch", Office.Kind.DEPUTY, AWAY, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN),
    "committee": ("branch", Office.Kind.COMMITTEE_MEMBER, AWAY, OPEN, OPEN, OPEN, OPEN, HIDDEN, OPEN),
    "county leader": ("county", Office.Kind.SECRETARY, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN),
    "county committee": (
        "county", Office.Kind.COMMITTEE_MEMBER, AWAY, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "group leader": ("group", Office.Kind.GROUP_LEADER, AWAY, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "visitor": ("branch", Office.Kind.VISITOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "observer": ("county", Office.Kind.OBSERVER, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "editor": ("county", Office.Kind.EDITOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "security": (
        "county", Office.Kind.SECURITY_ADMINISTRATOR, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "secretary elsewhere": (
        "other_branch", Office.Kind.SECRETARY, AWAY, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN,
    ),
    "member": ("branch", None, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
}  # fmt: skip


@pytest.mark.parametrize("name", list(VIEWERS))
def test_who_may_look(request, client, meeting, branch, group, secretary, name) -> None:
    place, kind, *answers = VIEWERS[name]
    viewer = make_member("viewer", branch)
    if kind:
        give_office(viewer, request.getfixturevalue(place), kind)
    plan = Plan(kind="general", starts_at=yesterday(7), ends_at=yesterday(8))
    done = holding.open_meeting(branch, plan, by=secretary, at=now())
    closed(done, secretary, said(secretary), at=now())
    addresses = [
        "/meetings/", f"/meetings/of/{branch.key}/", f"/meetings/of/{branch.key}/new/", at(meeting),
        at(meeting, "close"), at(done, "correct"), at(meeting, "printed"),
    ]  # fmt: skip
    client.force_login(viewer)

    assert [client.get(address).status_code for address in addresses] == answers


def test_a_guessed_address_is_not_there_and_the_audit_keeps_it(client, meeting, stranger) -> None:
    client.force_login(stranger)
    assert client.get(at(meeting)).status_code == HIDDEN
    assert client.post(at(meeting, "marks"), "{}", content_type="application/json").status_code == HIDDEN

    entries = AuditEntry.objects.filter(action="meetings.looked_at_roll", outcome="refused")
    assert entries.count() == 2


def test_a_meeting_is_entered_with_a_lesson_and_leads_to_its_roll(client, branch, secretary) -> None:
    lesson = add_lesson(add_module())
    client.force_login(secretary)
    page = client.get(f"/meetings/of/{branch.key}/new/")
    assert "群众路线是怎样形成的" in text_of(page)

    answer = client.post(
        f"/meetings/of/{branch.key}/new/", plan_data(title="学习", lessons=[f"{lesson.translation_key}"])
    )
    meeting = Meeting.objects.get()
    assert (answer.status_code, answer["Location"]) == (AWAY, at(meeting))
    assert (meeting.lessons, meeting.title, meeting.minutes) == ([lesson.translation_key], "学习", 90)
    assert localtime(meeting.starts_at).hour == 15


@pytest.mark.parametrize("wrong", [{"ends": "14:00"}, {"ends": ""}, {"day": "2019-01-01"}, {"kind": "group"}])
def test_a_form_that_cannot_be_keeps_what_was_typed(client, branch, secretary, wrong) -> None:
    client.force_login(secretary)
    page = client.post(f"/meetings/of/{branch.key}/new/", plan_data(title="读报", **wrong))

    assert page.status_code == OPEN
    assert 'value="读报"' in page.content.decode()
    assert "errorlist" in page.content.decode() or 'role="alert"' in page.content.decode()
    assert Meeting.objects.count() == 0


def test_the_next_meeting_is_at_the_time_of_the_last(client, branch, secretary, meeting) -> None:
    client.force_login(secretary)
    page = client.get(f"/meetings/of/{branch.key}/new/").content.decode()

    assert 'value="10:00"' in page
    assert 'value="11:30"' in page


def test_a_meeting_is_changed_and_called_off(client, branch, secretary, meeting) -> None:
    client.force_login(secretary)
    answer = client.post(at(meeting, "change"), plan_data(kind="general"))
    meeting.refresh_from_db()
    assert (answer["Location"], meeting.kind) == (at(meeting), "general")

    client.post(at(meeting, "change"), {"act": "call_off"})
    meeting.refresh_from_db()
    assert meeting.is_called_off
    assert "没有举行" in text_of(client.get(at(meeting))) or meeting.is_called_off


# The roll


def test_the_plain_form_keeps_marks_and_shows_what_is_missing(
    client, meeting, secretary, member, deputy
) -> None:
    client.force_login(secretary)
    data = {
        f"state-{member.key}": "present", f"was-{member.key}": "",
        f"state-{deputy.key}": "late", f"arrived-{deputy.key}": "", f"was-{deputy.key}": "",
    }  # fmt: skip
    page = client.post(at(meeting), data)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (state_of(meeting, member), state_of(meeting, deputy)) == ("present", None)
    assert f'name="state-{deputy.key}" value="late" checked' in page.content.decode()

    again = client.post(at(meeting), data | {f"arrived-{deputy.key}": "10:20"})
    assert again.status_code == AWAY
    assert localtime(meeting.attendances.get(member=deputy).arrived_at).minute == 20
    assert Attendance.objects.count() == 2


def test_a_page_that_is_out_of_date_does_not_overwrite_what_it_does_not_know(
    client, meeting, secretary, deputy, member
) -> None:
    marked(meeting, deputy, said(member, "leave"), at=now())
    client.force_login(secretary)
    client.post(at(meeting), {f"state-{member.key}": "present", f"was-{member.key}": "present"})

    assert state_of(meeting, member) == "leave"


def test_everyone_else_is_present_leaves_out_who_is_not_expected(
    client, meeting, secretary, member, deputy, guest, at_home, away
) -> None:
    client.force_login(secretary)
    client.post(at(meeting), {"act": "rest", f"state-{deputy.key}": "leave", f"was-{deputy.key}": ""})

    people = (secretary, member, guest, deputy, at_home, away)
    assert [state_of(meeting, each) for each in people] == [
        "present", "present", "present", "leave", None, None,
    ]  # fmt: skip


def test_the_roll_names_nobody_as_studying_at_home(client, meeting, secretary, member, at_home, away) -> None:
    client.force_login(secretary)
    page = client.get(at(meeting)).content.decode()
    welcome = page[page.index("welcome-title") :]

    assert "王秀英" in welcome
    assert "孙立民" in welcome
    assert "居家" not in page


def test_no_page_tells_who_does_not_know_it_who_studies_at_home(
    client, meeting, branch, county, secretary, member, at_home
) -> None:
    colleague = make_member("tongshi", branch, name="赵一", name_latin="Wang Xiuyinh")
    leader = make_member("leader", name="县委书记")
    give_office(leader, county, Office.Kind.SECRETARY)
    marked(meeting, secretary, said(secretary), at=now())
    client.force_login(leader)

    def pages() -> list[str]:
        found = [client.get(at(meeting)), client.get(at(meeting, "close"))]
        return [text_of(page) for page in found]

    with_one = pages()
    HomeStudy.objects.create(member=colleague, since=LONG_AGO, review_on=REVIEW)
    with_two = pages()
    HomeStudy.objects.all().delete()

    assert with_one == with_two == pages()
    assert "李慧" not in with_one[1]


def test_the_device_sends_marks_and_is_told_what_became_of_them(
    client, meeting, secretary, member, stranger
) -> None:
    client.force_login(secretary)
    rows = [
        {"key": f"{uuid4()}", "member": f"{who.key}", "state": state, "arrived": arrived}
        for who, state, arrived in (
            (member, "late", "10:05"), (secretary, "present", None), (stranger, "present", None),
        )
    ]  # fmt: skip
    for _ in range(2):
        answer = client.post(
            at(meeting, "marks"), json.dumps({"marks": rows}), content_type="application/json"
        )
        told = answer.json()
        assert (answer.status_code, told["kept"]) == (OPEN, [row["key"] for row in rows[:2]])
        assert list(told["refused"]) == [rows[2]["key"]]

    assert Attendance.objects.count() == 2
    assert localtime(meeting.attendances.get(member=member).arrived_at).minute == 5


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", '{"marks": 1}', '{"marks": [{}]}', '{"marks": [{"key": "x"}]}', '{"marks": [null]}'],
)
def test_what_is_not_of_our_making_is_refused_and_writes_nothing(client, meeting, secretary, body) -> None:
    client.force_login(secretary)
    answer = client.post(at(meeting, "marks"), body, content_type="application/json")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Attendance.objects.count() == 0


def test_marks_that_come_after_closing_are_told_so(client, meeting, secretary, member) -> None:
    closed(meeting, secretary, said(secretary), at=now())
    client.force_login(secretary)
    rows = [{"key": f"{uuid4()}", "member": f"{member.key}", "state": "present"}]
    answer = client.post(at(meeting, "marks"), json.dumps({"marks": rows}), content_type="application/json")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["words"]
    assert state_of(meeting, member) is None


# Closing, what came of it, correcting


def test_it_is_closed_with_its_real_times_and_the_summary_tells_who_came(
    client, meeting, secretary, member, deputy, at_home
) -> None:
    marked(meeting, secretary, said(member), said(deputy, "leave"), at=now())
    client.force_login(secretary)
    day = f"{localdate(meeting.starts_at)}"
    answer = client.post(at(meeting, "close"), {"day": day, "begins": "10:15", "ends": "11:45"})
    assert answer["Location"] == at(meeting)

    words = text_of(client.get(at(meeting)))
    assert minutes_of(member) == 90
    assert "李慧" in words
    assert "王秀英" not in words


def test_what_cannot_be_closed_says_why(client, meeting, secretary) -> None:
    client.force_login(secretary)
    day = f"{localdate(meeting.starts_at)}"
    page = client.post(at(meeting, "close"), {"day": day, "begins": "10:00", "ends": "11:30"})

    assert page.status_code == OPEN
    assert 'role="alert"' in page.content.decode()
    assert StudyRecord.objects.count() == 0


def test_a_committee_of_fewer_than_half_is_told_so_calmly(client, branch, secretary, deputy, member) -> None:
    give_office(member, branch, Office.Kind.COMMITTEE_MEMBER)
    plan = Plan(kind="committee", starts_at=yesterday(10), ends_at=yesterday(11))
    meeting = holding.open_meeting(branch, plan, by=secretary, at=now())
    marked(meeting, secretary, said(secretary), at=now())
    client.force_login(secretary)
    assert "meetings/quorum.html" in [t.name for t in client.get(at(meeting)).templates]
    assert client.get(at(meeting)).context["quorum"].is_reached is False
    marked(meeting, secretary, said(deputy), at=now())

    assert client.get(at(meeting)).context["quorum"].is_reached is True


def test_a_correction_is_made_on_its_page_and_refused_with_what_was_typed(
    client, meeting, secretary, member, deputy
) -> None:
    closed(meeting, secretary, said(member), said(secretary), at=now())
    client.force_login(secretary)
    data = {
        "member": f"{deputy.key}",
        "state": "late",
        "arrived": "",
        "reason": "后来到的",
        "key": f"{uuid4()}",
    }
    page = client.post(at(meeting, "correct"), data)
    assert (page.status_code, "后来到的" in page.content.decode()) == (OPEN, True)
    assert state_of(meeting, deputy) is None

    answer = client.post(at(meeting, "correct"), data | {"arrived": "11:00"})
    assert (answer.status_code, state_of(meeting, deputy)) == (AWAY, "late")


def test_a_closed_meeting_has_no_page_to_change_or_close_it(client, meeting, secretary) -> None:
    closed(meeting, secretary, said(secretary), at=now())
    client.force_login(secretary)

    for page in ("change", "close"):
        assert client.get(at(meeting, page))["Location"] == at(meeting)


def test_the_printed_list_names_all_in_one_order_and_marks_nobody(
    client, meeting, secretary, member, at_home, away
) -> None:
    client.force_login(secretary)
    answer = client.get(at(meeting, "printed"))

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    (entry,) = AuditEntry.objects.filter(action="meetings.printed")
    assert entry.details == {"meeting": str(meeting.key), "members": 4}


def test_the_member_reads_which_meeting_it_was(client, meeting, secretary, member) -> None:
    closed(meeting, secretary, said(member), at=now())
    client.force_login(member)
    words = text_of(client.get(f"/record/?year={localdate(meeting.starts_at).year}"))

    assert "柳溪社区支部" in words


# Lists


def test_the_list_takes_the_same_queries_for_few_and_for_many(
    client, branch, secretary, member, django_assert_num_queries
) -> None:
    def add(days: int, **fields) -> Meeting:
        begin = yesterday(10) - timedelta(days=days)
        plan = Plan(kind="theme_day", starts_at=begin, ends_at=begin + timedelta(hours=1))
        return holding.open_meeting(branch, plan, by=secretary, at=now())

    def measure() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(f"/meetings/of/{branch.key}/").status_code == OPEN
        return len(caught)

    client.force_login(secretary)
    add(1), closed(add(2), secretary, said(member), at=now())
    few = measure()
    for days in range(3, 40, 2):
        add(-days), closed(add(days), secretary, said(member), at=now())
    assert measure() == few


def test_the_list_shows_what_is_open_to_come_and_held_and_how_many_came(
    client, branch, group, secretary, group_leader, member, meeting
) -> None:
    plan = Plan(kind="group", starts_at=yesterday(8), ends_at=yesterday(9))
    held = holding.open_meeting(group, plan, by=group_leader, at=now())
    closed(held, group_leader, said(member), said(group_leader), at=now())
    client.force_login(secretary)
    page = client.get(f"/meetings/of/{branch.key}/")

    assert page.context["found"].due == [meeting]
    assert list(page.context["page"]) == [held]
    assert page.context["came"] == {held.pk: 2}
    client.force_login(group_leader)
    assert list(client.get(f"/meetings/of/{group.key}/").context["page"]) == [held]
