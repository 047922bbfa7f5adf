"""Members on home study are in no list of what was not done, and nobody sends them anything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from jobs.management.commands.scheduler import run_due
from meetings.models import Attendance, Meeting
from outreach.reach import reached_in
from people.models import HomeStudy, Member, MobileRegistration, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member
from tests.outreach import undone
from tests.outreach.undone import CHASING, Scene, found_in, gone, senders, unregistered

ASK = "Please say in tests/outreach/undone.py whether these chase anybody: "


def test_every_list_of_what_was_not_done_is_registered() -> None:
    assert unregistered() == [], ASK + ", ".join(unregistered())


def test_what_is_registered_is_still_there() -> None:
    assert gone() == []


def test_a_new_list_would_be_found() -> None:
    source = "class Desk:\n    def overdue_lessons(self): ...\n\ndef remind_members(on): ...\n"

    assert found_in(source, "reports.desk") == {"reports.desk.overdue_lessons", "reports.desk.remind_members"}


def test_nothing_leaves_the_house() -> None:
    """There is no sender: no mail, no text message, no push. A new one has to be walked here."""
    assert senders() == []


@pytest.fixture
def elder(branch: Organisation) -> Member:
    """On home study, has done nothing this year, and has been reached by nobody."""
    elder = make_member("elder", branch, name="钱奶奶", name_latin="Qian")
    HomeStudy.objects.create(member=elder, since=LONG_AGO, review_on=localdate() + timedelta(days=200))
    return elder


@pytest.fixture
def scene(branch, county, general_branch, member, secretary, elder) -> Scene:
    others = [make_member(f"m{n}", branch) for n in range(5)]
    viewers = [secretary]
    for place, kind in (
        (branch, Office.Kind.DEPUTY),
        (branch, Office.Kind.COMMITTEE_MEMBER),
        (branch, Office.Kind.GROUP_LEADER),
        (general_branch, Office.Kind.SECRETARY),
        (county, Office.Kind.SECRETARY),
        (county, Office.Kind.OBSERVER),
    ):
        viewers.append(viewer := make_member(f"viewer{len(viewers)}", branch))
        give_office(viewer, place, kind)
    at = now()
    held = {"starts_at": at - timedelta(hours=3), "ends_at": at - timedelta(hours=2)}
    meeting = Meeting.objects.create(
        branch=branch, kind="general", opened_by=secretary, opened_at=at - timedelta(hours=4),
        closed_by=secretary, closed_at=at - timedelta(hours=1), **held,
    )  # fmt: skip
    Attendance.objects.create(meeting=meeting, member=others[0], state="present", by=secretary, at=at)
    return Scene(branch, viewers, [elder, member, *others], meeting, at, localdate())


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHASING)
def test_no_list_of_what_was_not_done_names_them(scene, elder, member, name) -> None:
    named = set(CHASING[name](scene))

    assert elder not in named
    assert member in named, "the list is empty, so it proves nothing"


@pytest.mark.django_db
def test_a_home_study_member_taken_off_the_arrangement_would_be_named(scene, elder) -> None:
    """So the walk sees what it is to see."""
    HomeStudy.objects.all().delete()

    assert all(elder in set(names(scene)) for names in CHASING.values())


@pytest.mark.django_db
def test_reached_by_us_has_them_because_it_is_our_duty(scene, elder) -> None:
    first = [one.member for one in reached_in(scene.branch, on=scene.on)]

    assert elder.pk in first


@pytest.mark.django_db
@pytest.mark.parametrize("look", ["normal", "large"])
def test_their_own_pages_ask_for_nothing(client, scene, elder, look) -> None:
    """No hours still to come, no date that passed, nobody to be called."""
    client.force_login(elder)
    client.cookies["look"] = look
    for path in ("/", "/record/", "/my-branch/"):
        page = client.get(path)
        main = re.search(r"<main.*</main>", page.content.decode(), re.S)[0]
        record = page.context.get("record")

        assert record is None or (record.required, record.missing) == (None, 0)
        assert not page.context.get("contacts_due")
        for word in ("尚需", "还差", "未完成", "缺席", "逾期", "Still to come"):
            assert word not in main


@pytest.mark.django_db
def test_who_is_away_as_well_is_never_prompted_themself(client, scene, elder, other_branch, member) -> None:
    """The contact is ours to make: the contact person is prompted, whatever is arranged for the member."""
    since = scene.on - timedelta(days=200)
    MobileRegistration.objects.create(
        member=elder, branch=scene.branch, contact=member, since=since, months=12
    )
    client.force_login(member)
    assert client.get("/").context["contacts_due"] == 1
    client.force_login(elder)

    assert "contacts_due" not in client.get("/").context


@pytest.mark.django_db
def test_a_night_and_a_minute_of_all_jobs_send_and_say_nothing(scene, elder, mailoutbox) -> None:
    before = undone_rows(elder)
    run_due(at=now() + timedelta(days=1))

    assert mailoutbox == []
    assert undone_rows(elder) == before


def undone_rows(elder: Member) -> list[int]:
    """How many rows of each table speak of the member."""
    fields = [field for field in Member._meta.related_objects if field.one_to_many]
    return [
        getattr(elder, field.get_accessor_name()).count() for field in fields if field.get_accessor_name()
    ]


def test_the_pattern_finds_what_it_is_made_for() -> None:
    found = [
        "missing_hours", "absent_members", "not_here", "overdue", "due", "contacts_due", "unreached",
        "send_reminders", "prompts", "members_behind", "undone", "waiting_for",
    ]  # fmt: skip

    assert [name for name in found if not undone.NAMES.search(name)] == []
    assert [name for name in ("duet", "module", "reduce", "residue_x") if undone.NAMES.search(name)] == []
