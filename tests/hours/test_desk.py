"""The desk of a branch secretary: what awaits, corrections, objections; who looks, what it says and costs."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now

from hours.confirming import decline
from hours.correcting import Wanted, correct
from hours.ledger import Event, add
from hours.models import Objection, StudyRecord
from hours.objections import raise_objection
from people.audit import AuditEntry
from people.models import Affiliation, Member, Office
from tests.cast import LONG_AGO, give_office, make_member
from tests.hours.acts import minutes_of
from tests.hours.rows import this_year

pytestmark = pytest.mark.django_db

OPEN, AWAY, HIDDEN = HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND


def study(
    member: Member, begin: int, end: int, *, source="offline", standing="awaiting", **fields
) -> StudyRecord:
    """A record of this year, from minute to minute after New Year."""
    piece = (this_year(begin), this_year(end))
    event = Event(
        member=member, bucket="individual", source=source, key=str(uuid4()), started_at=piece[0],
        ended_at=piece[1], pieces=[piece], standing=standing, **fields,
    )  # fmt: skip
    return add(event, at=now())


def counted(member: Member, begin: int = 0, end: int = 40) -> StudyRecord:
    return study(member, begin, end, source="online", standing="counted")


@pytest.fixture
def deputy(branch) -> Member:
    deputy = make_member("deputy", branch, name="何洁", name_latin="He Jie")
    give_office(deputy, branch, Office.Kind.DEPUTY)
    return deputy


OFFICES = {
    "secretary": ("branch", Office.Kind.SECRETARY),
    "deputy": ("branch", Office.Kind.DEPUTY),
    "committee member": ("branch", Office.Kind.COMMITTEE_MEMBER),
    "visitor": ("branch", Office.Kind.VISITOR),
    "leader of the general branch": ("general_branch", Office.Kind.SECRETARY),
    "leader of the county": ("county", Office.Kind.SECRETARY),
    "observer": ("county", Office.Kind.OBSERVER),
    "stranger": ("other_branch", Office.Kind.SECRETARY),
    "editor": ("county", Office.Kind.EDITOR),
    "system administrator": ("county", Office.Kind.SYSTEM_ADMINISTRATOR),
    "security administrator": ("county", Office.Kind.SECURITY_ADMINISTRATOR),
}
LEADERS = {"secretary", "deputy", "leader of the general branch", "leader of the county"}
PAGES = {
    "awaiting": LEADERS | {"stranger"},
    "one": LEADERS,
    "correct": LEADERS,
    "objections": LEADERS | {"stranger"},
    "objection": LEADERS,
}


@pytest.fixture
def addresses(member) -> dict[str, str]:
    row = counted(member, 100, 120)
    asked = raise_objection(row, by=member, text="只记了二十分钟", at=now())
    return {
        "awaiting": "/awaiting/",
        "one": f"/awaiting/{study(member, 0, 10).pk}/",
        "correct": f"/record/{row.pk}/correct/",
        "objections": "/objections/",
        "objection": f"/objections/{asked.key}/",
    }


@pytest.mark.parametrize("name", [*OFFICES, "member"])
@pytest.mark.parametrize("page", list(PAGES))
def test_who_may_look(request, client, member, addresses, page, name) -> None:
    holder = member
    if name != "member":
        place, kind = OFFICES[name]
        holder = make_member("holder")
        give_office(holder, request.getfixturevalue(place), kind)
    assert client.get(addresses[page]).status_code == AWAY
    client.force_login(holder)

    for prefix in ("", "/en"):
        found = client.get(prefix + addresses[page])
        assert found.status_code == (OPEN if name in PAGES[page] else HIDDEN)
    if name in PAGES[page]:
        assert "no-store" in found.headers["Cache-Control"]


@pytest.mark.parametrize("page", ["one", "correct", "objection"])
def test_a_guessed_address_is_not_there_and_the_audit_keeps_it(client, stranger, member, addresses, page):
    client.force_login(stranger)
    client.get(addresses[page])

    entry = AuditEntry.objects.get(outcome="refused")
    assert (entry.actor, entry.subject) == (stranger.key, member.key)


def test_a_ticked_record_of_another_branch_is_refused_and_nothing_changes(client, member, stranger) -> None:
    row, own = study(member, 0, 10), study(make_member("theirs", stranger.home(localdate()).branch), 0, 10)
    client.force_login(stranger)
    response = client.post("/awaiting/", {"record": [own.pk, row.pk], "confirm": "1"})

    assert response.status_code == HIDDEN
    assert StudyRecord.objects.awaiting().count() == 2
    assert AuditEntry.objects.filter(outcome="refused", subject=member.key).count() == 1


def test_the_list_says_what_would_count_and_what_would_not(client, member, secretary, branch) -> None:
    study(member, 0, 30)
    study(member, 20, 50, source="paper")
    counted(member, 25, 35)
    client.force_login(secretary)
    page = client.get("/en/awaiting/")
    words = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())

    assert "25 minutes would count 5 minutes are counted elsewhere already." in words
    assert "20 minutes would count 10 minutes are counted elsewhere already." in words
    assert "together 40 minutes would count" in words
    assert [line.record.source for line in page.context["lines"]] == ["offline", "paper"]
    looked = AuditEntry.objects.get(action="hours.awaiting_looked")
    assert (looked.actor, looked.subject) == (secretary.key, member.key)


@pytest.mark.parametrize(
    ("kind", "sources"),
    [
        ("", {"offline", "paper", "correction"}),
        ("offline", {"offline"}),
        ("paper", {"paper"}),
        ("correction", {"correction"}),
        ("nonsense", {"offline", "paper", "correction"}),
    ],
)
def test_the_list_narrows_to_a_kind(client, member, secretary, deputy, kind, sources) -> None:
    study(member, 0, 10)
    study(member, 20, 30, source="paper")
    correct(counted(member, 40, 60), Wanted(), key="k", by=deputy, reason="x", at=now())
    client.force_login(secretary)

    found = client.get(f"/awaiting/?kind={kind}").context["lines"]
    assert {line.record.source for line in found} == sources


def test_some_are_confirmed_and_a_double_click_changes_nothing_more(client, member, secretary) -> None:
    rows = [study(member, 0, 10), study(member, 20, 30), study(member, 40, 50)]
    client.force_login(secretary)
    form = {"record": [rows[0].pk, rows[1].pk], "confirm": "1", "up_to": rows[2].pk}
    first, again = (
        client.post("/en/awaiting/", form, follow=True),
        client.post("/en/awaiting/", form, follow=True),
    )

    for response in (first, again):
        assert "2 records are confirmed." in response.content.decode()
    assert (minutes_of(member), list(StudyRecord.objects.awaiting())) == (20, [rows[2]])
    assert AuditEntry.objects.filter(action="hours.confirmed").count() == 2


def test_the_whole_list_is_what_stood_there_when_it_was_shown(client, member, secretary) -> None:
    rows = [study(member, n * 10, n * 10 + 5) for n in range(60)]
    client.force_login(secretary)
    page = client.get("/en/awaiting/")
    assert (len(page.context["lines"]), page.context["up_to"]) == (50, rows[-1].pk)
    assert "The whole list: 60 records" in page.content.decode()
    later = study(member, 700, 710)

    client.post("/awaiting/", {"all": "1", "up_to": page.context["up_to"], "confirm": "1"})

    assert list(StudyRecord.objects.awaiting()) == [later]
    assert minutes_of(member) == 300


def test_declining_without_a_reason_says_so_and_keeps_what_was_ticked(client, member, secretary) -> None:
    row = study(member, 0, 10)
    client.force_login(secretary)
    page = client.post("/en/awaiting/", {"record": [row.pk], "decline": "1", "reason": " "})

    assert "Please say why, so that the member understands it." in page.content.decode()
    assert f'value="{row.pk}" checked' in page.content.decode()
    assert StudyRecord.objects.count() == 1

    client.post("/awaiting/", {"record": [row.pk], "decline": "1", "reason": "那天没有学习"})
    assert StudyRecord.objects.get(settles=row).reason == "那天没有学习"


def test_nothing_ticked_says_what_to_do(client, member, secretary) -> None:
    study(member, 0, 10)
    client.force_login(secretary)
    page = client.post("/en/awaiting/", {"confirm": "1"}, follow=True)

    assert "Please tick the records first." in page.content.decode()
    assert StudyRecord.objects.count() == 1


def test_ones_own_record_is_with_somebody_else(client, secretary, deputy, county) -> None:
    row = study(secretary, 0, 10)
    leader = make_member("county leader")
    give_office(leader, county, Office.Kind.SECRETARY)
    shown = {}
    for viewer in (secretary, deputy, leader):
        client.force_login(viewer)
        shown[viewer.number] = [line.record for line in client.get("/awaiting/").context["lines"]]

    assert shown == {"zhangwei": [], "deputy": [row], "county leader": [row]}


def test_a_guest_stands_in_the_list_of_the_branch_that_recorded(
    client, member, stranger, other_branch, secretary
):
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    row = study(member, 0, 10)
    client.force_login(stranger)
    assert [line.record for line in client.get("/awaiting/").context["lines"]] == [row]
    client.post("/awaiting/", {"record": [row.pk], "confirm": "1"})
    assert minutes_of(member) == 10

    client.force_login(secretary)
    assert client.get("/awaiting/").context["lines"] == []


@pytest.mark.parametrize("few_and_many", [(2, 45)])
def test_the_list_costs_the_same_however_long(client, branch, secretary, deputy, few_and_many) -> None:
    client.force_login(secretary)
    costs, made = [], 0
    for wanted in few_and_many:
        for _each in range(wanted - made):
            one = make_member(f"m{StudyRecord.objects.count()}", branch)
            study(one, 0, 10)
            correct(counted(one, 20, 40), Wanted(), key="k", by=deputy, reason="x", at=now())
            raise_objection(StudyRecord.objects.filter(member=one).first(), by=one, text="x", at=now())
        made = wanted
        for address in ("/awaiting/", "/objections/"):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(address).status_code == OPEN
            costs.append(len(caught))

    assert costs[:2] == costs[2:]
    assert max(costs) <= 14


# Correcting


def stretches(*pieces: tuple[str, str], initial: int = 1) -> dict[str, object]:
    fields: dict[str, object] = {
        "stretch-TOTAL_FORMS": max(len(pieces), initial) + 2,
        "stretch-INITIAL_FORMS": initial,
    }
    for number, (begin, end) in enumerate(pieces):
        fields |= {f"stretch-{number}-begin": begin, f"stretch-{number}-end": end}
    return fields


def asked(*pieces: tuple[str, str], key: str = "", **fields: object) -> dict[str, object]:
    """The form as it is sent; New Year's first minutes are 00:00 and so on."""
    return {
        "what": "stretches",
        "reason": "提前离开",
        "key": key or str(uuid4()),
        **stretches(*pieces),
        **fields,
    }


def test_a_correction_is_looked_at_proposed_and_confirmed_by_a_second_person(
    client, member, secretary, deputy
) -> None:
    row = counted(member, 10, 50)
    counted(member, 60, 90)
    client.force_login(secretary)
    address = f"/en/record/{row.pk}/correct/"
    form = client.get(address)
    assert form.context["stretches"][0].initial["begin"].strftime("%H:%M") == "00:10"

    told = asked(("00:10", "00:35"))
    page = client.post(address, told | {"preview": "1"}).content.decode()
    assert re.search(r"This record</dt><dd>from 40 minutes to 25 minutes", page)
    assert re.search(r"All of \d+</dt><dd>from 70 minutes to 55 minutes", page)
    assert "when a second person has confirmed it" in page
    assert StudyRecord.objects.count() == 2

    done = client.post(address, told | {"confirm": "1"}, follow=True)
    assert "The correction is proposed." in done.content.decode()
    client.post(address, told | {"confirm": "1"})
    proposal = StudyRecord.objects.awaiting().get()
    assert minutes_of(member) == 70
    own = client.get("/en/awaiting/").content.decode()
    assert "A second person confirms it" in own
    assert f'name="record" value="{proposal.pk}"' not in own
    refused = client.post("/en/awaiting/", {"record": [proposal.pk], "confirm": "1"}, follow=True)
    assert "Please ask a second person." in refused.content.decode()
    assert minutes_of(member) == 70

    client.force_login(deputy)
    seen = client.get(f"/en/awaiting/{proposal.pk}/").content.decode()
    assert "from 40 minutes to 25 minutes" in seen
    assert 'Proposed by Zhang Wei: <span lang="zh-CN">提前离开</span>' in seen
    client.post(f"/en/awaiting/{proposal.pk}/", {"confirm": "1", "reason": ""})

    assert minutes_of(member) == 55
    assert AuditEntry.objects.filter(action="hours.correction_looked", subject=member.key).exists()


def test_whoever_proposed_may_take_it_back(client, member, secretary) -> None:
    row = counted(member)
    proposal = correct(row, Wanted(), key="k", by=secretary, reason="x", at=now())
    client.force_login(secretary)
    assert "Take it back" in client.get(f"/en/awaiting/{proposal.pk}/").content.decode()
    client.post(f"/awaiting/{proposal.pk}/", {"decline": "1", "reason": "写错了"})

    assert (minutes_of(member), StudyRecord.objects.awaiting().count()) == (40, 0)


def test_nothing_of_it_counts(client, member, secretary, deputy) -> None:
    row = counted(member)
    client.force_login(secretary)
    told = asked(what="nothing", confirm="1")
    client.post(f"/record/{row.pk}/correct/", told)
    proposal = StudyRecord.objects.awaiting().get()

    assert (list(proposal.claimed), proposal.evidence) == ([], {"from": 2400, "to": 0})


def test_the_minutes_of_an_award_are_corrected(client, member, secretary) -> None:
    at = this_year(5)
    quiz = add(
        Event(
            member=member, bucket="individual", source="quiz", key="q", started_at=at, ended_at=at, award=600
        ),
        at=now(),
    )
    client.force_login(secretary)
    page = client.get(f"/en/record/{quiz.pk}/correct/").content.decode()
    assert 'value="10"' in page
    assert "stretch-0-begin" not in page
    told = {"minutes": "4", "reason": "规定4分钟", "key": str(uuid4()), "confirm": "1"}
    client.post(f"/record/{quiz.pk}/correct/", told)

    assert StudyRecord.objects.awaiting().get().evidence == {"from": 600, "to": 240, "award_to": 240}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (asked(("00:35", "00:10")), "The time must end after it begins."),
        (asked(("00:10", "")), "Please give both times, or none of them."),
        (asked(("00:10", "00:50")), "This is what the record says already."),
        (asked(("00:10", "00:20"), reason=""), "errorlist"),
    ],
)
@pytest.mark.parametrize("act", ["preview", "confirm"])
def test_what_cannot_be_is_said_on_the_form(client, member, secretary, told, words, act) -> None:
    row = counted(member, 10, 50)
    client.force_login(secretary)
    page = client.post(f"/en/record/{row.pk}/correct/", told | {act: "1"})

    assert words in page.content.decode()
    assert "effect" not in page.context
    assert StudyRecord.objects.count() == 1


def test_what_is_counted_elsewhere_is_told_before(client, member, secretary) -> None:
    row = counted(member, 10, 20)
    counted(member, 20, 30)
    client.force_login(secretary)
    page = client.post(f"/en/record/{row.pk}/correct/", asked(("00:10", "00:40")) | {"preview": "1"})

    assert "10 minutes of it are counted by another record already" in page.content.decode()
    assert re.search(r"from 10 minutes to 20 minutes", page.content.decode())


def test_while_a_correction_awaits_one_is_led_to_it(client, member, secretary, deputy) -> None:
    row = counted(member)
    proposal = correct(row, Wanted(), key="k", by=deputy, reason="x", at=now())
    client.force_login(secretary)

    assert client.get(f"/record/{row.pk}/correct/").url == f"/awaiting/{proposal.pk}/"


@pytest.mark.parametrize(("viewer", "linked"), [("secretary", True), ("member", False)])
def test_the_members_page_and_the_record_link_to_the_correction(
    request, client, member, secretary, viewer, linked
) -> None:
    row = counted(member)
    client.force_login(request.getfixturevalue(viewer))

    for address in (f"/members/{member.key}/", f"/record/{row.pk}/"):
        assert (f"/record/{row.pk}/correct/" in client.get(address).content.decode()) is linked


# Objections


def test_an_objection_is_answered_with_a_correction(client, member, secretary) -> None:
    row = counted(member)
    objection = raise_objection(row, by=member, text="我七点就离开了", at=now() - timedelta(days=3))
    client.force_login(secretary)
    listed = client.get("/en/objections/").content.decode()
    assert "我七点就离开了" in listed
    assert "since 3 days" in listed

    done = client.post(f"/en/record/{row.pk}/correct/", asked(("00:00", "00:25")) | {"confirm": "1"})
    assert done.url == f"/en/objections/{objection.key}/"
    page = client.get(done.url).content.decode()
    assert 'name="corrected"' in page
    client.post(done.url, {"text": "已更正，等待确认。", "corrected": "on"})

    answer = Objection.objects.get().answer
    assert (answer.text, answer.by, answer.correction) == (
        "已更正，等待确认。",
        secretary,
        StudyRecord.objects.awaiting().get(),
    )


def test_an_objection_is_answered_with_an_explanation_once(client, member, secretary) -> None:
    objection = raise_objection(counted(member), by=member, text="不对", at=now())
    client.force_login(secretary)
    address = f"/en/objections/{objection.key}/"
    assert 'name="corrected"' not in client.get(address).content.decode()
    client.post(address, {"text": "那天十点以后没有动作。"})
    again = client.post(address, {"text": "另一个答复"}, follow=True)

    assert "has been answered already" in again.content.decode()
    assert Objection.objects.get().answer.text == "那天十点以后没有动作。"
    assert "Send the answer" not in client.get(address).content.decode()


def test_empty_pages_say_what_will_stand_there(client, secretary) -> None:
    client.force_login(secretary)

    assert "Nothing awaits confirmation." in client.get("/en/awaiting/").content.decode()
    assert "Nothing of this kind" in client.get("/en/awaiting/?kind=paper").content.decode()
    assert "No objection is to be answered." in client.get("/en/objections/").content.decode()


def test_the_first_page_tells_quietly_how_much_awaits(client, member, secretary, branch, county) -> None:
    study(member, 0, 10)
    raise_objection(counted(member, 20, 30), by=member, text="不对", at=now())
    observer = make_member("observer")
    give_office(observer, county, Office.Kind.OBSERVER)
    client.force_login(secretary)
    page = client.get(f"/en/overview/{branch.key}/").content.decode()
    assert "Records to confirm: 1" in page
    assert "Objections of members: 1" in page

    decline(StudyRecord.objects.awaiting(), by=secretary, reason="x", at=now())
    assert "Records to confirm<" in client.get(f"/en/overview/{branch.key}/").content.decode()
    client.force_login(observer)
    assert "Records to confirm" not in client.get(f"/en/overview/{branch.key}/").content.decode()
