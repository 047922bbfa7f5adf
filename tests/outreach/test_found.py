"""Faults that were found in reading: moments at the end of time, keys of others, NUL, volumes of others."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import override

from outreach.arranged import MemberQuestion
from outreach.packet_records import PackRun, PackVolume
from outreach.sheet_acts import Line, issue, record_return
from outreach.sheets import ActivitySheet, SheetReturn
from outreach.visiting import Visit
from people.leading import KeyTaken
from people.models import Member, MobileRegistration, Office, Pairing
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.outreach.packing import ask, freeze, lesson_with_quiz, wanted
from tests.outreach.test_visit_pages import typed
from tests.outreach.visiting import make_visitor, signed_in, visit

pytestmark = pytest.mark.django_db

AT = moment("2026-06-01 09:00")


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


@pytest.mark.parametrize("start", ["9999-12-31T23:59", "0001-01-01T00:00", "9999-12-31T23:59:00-12:00"])
def test_a_visit_at_the_end_of_time_is_refused_with_words(member, visitor, start) -> None:
    page = signed_in(visitor).post("/visits/record/", typed(member, visitor, started_at=start))

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Visit.objects.count() == 0


@pytest.mark.parametrize("clock", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_device_whose_clock_is_absurd_spoils_no_visit(member, visitor, clock) -> None:
    signed_in(visitor).post("/visits/record/", typed(member, visitor, device_at=clock))

    assert Visit.objects.get().device_at is None


def test_a_long_question_is_not_cut_off_in_silence(member, visitor) -> None:
    said = typed(member, visitor, **{f"questions_{member.key}": "问" * 501})

    page = signed_in(visitor).post("/visits/record/", said)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "问" * 501 in page.content.decode()
    assert Visit.objects.count() == MemberQuestion.objects.count() == 0


def test_words_about_somebody_who_is_not_ticked_are_not_thrown_away(branch, member, visitor) -> None:
    neighbour = make_member("zhaomin", branch, name="赵敏", name_latin="Zhao Min")
    Pairing.objects.create(visitor=visitor, member=neighbour, since=LONG_AGO)
    said = typed(member, visitor, **{f"wishes_{neighbour.key}": "想读一读党史"})

    page = signed_in(visitor).post("/visits/record/", said)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "赵敏" in page.content.decode()
    assert "想读一读党史" in page.content.decode()
    assert Visit.objects.count() == 0


def test_the_same_report_with_other_words_says_that_the_first_one_holds(member, visitor) -> None:
    browser, said = signed_in(visitor), typed(member, visitor)
    browser.post("/visits/record/", said)

    page = browser.post("/visits/record/", said | {"minutes": "55"}, follow=True)

    assert Visit.objects.get().minutes == 40
    with override("zh-hans"):
        said = _("This report was recorded already. What was recorded then holds; nothing was added.")
    assert str([*page.context["messages"]][-1]) == said


def test_after_the_pairing_a_visitor_reads_no_place_in_the_form(branch, member, visitor) -> None:
    visit(member, by=visitor, place="东屋", start=now() - timedelta(days=3), at=now())
    browser = signed_in(visitor)
    address = f"/visits/record/?member={member.key}"
    assert "东屋" in browser.get(address).content.decode()

    Pairing.objects.update(until=localdate())

    page = browser.get(address).content.decode()
    assert str(member.key) in page
    assert "东屋" not in page


@pytest.fixture
def away(member, branch) -> MobileRegistration:
    contact = make_member("contact", branch, name="周平")
    return MobileRegistration.objects.create(
        member=member, branch=branch, contact=contact, since=date(2026, 3, 1), months=12
    )


def test_the_key_of_another_sheet_or_return_is_refused(branch, away, secretary) -> None:
    other = MobileRegistration.objects.create(
        member=make_member("zweite", branch), branch=branch, since=date(2026, 3, 1), months=12
    )
    first = issue(away, key=uuid4(), by=secretary, at=AT)
    second = issue(other, key=uuid4(), by=secretary, at=AT)
    line = Line(row=1, started_at=moment("2026-05-01 10:00"), minutes=60, kind="study")
    returned = record_return(first, [line], key=uuid4(), by=secretary, at=AT)

    with pytest.raises(KeyTaken):
        issue(other, key=first.key, by=secretary, at=AT)
    with pytest.raises(KeyTaken):
        record_return(second, [line], key=returned.key, by=secretary, at=AT)

    assert (ActivitySheet.objects.count(), SheetReturn.objects.count()) == (2, 1)


def test_a_line_at_the_end_of_time_is_refused_with_words(client, away, secretary) -> None:
    sheet = issue(away, key=uuid4(), by=secretary, at=AT)
    client.force_login(secretary)
    line = {"line1-on": "9999-12-31", "line1-start": "23:59", "line1-minutes": "60", "line1-kind": "study"}

    page = client.post(reverse("outreach:sheet", args=[sheet.key]), {"key": str(uuid4()), **line})

    assert page.status_code == HTTPStatus.OK
    assert len(page.context["faults"]) == 1
    assert SheetReturn.objects.count() == 0


def test_taking_back_a_consent_of_no_side_changes_nothing(client, branch, member, visitor, secretary) -> None:
    client.force_login(secretary)
    said = {"act": "withdraw", "member": member.key, "visitor": visitor.key, "side": "\x00"}

    page = client.post(reverse("outreach:pairing", args=[branch.key]), said)

    assert page.status_code == HTTPStatus.FOUND


@pytest.mark.usefixtures("work_waits")
class TestPacks:
    @pytest.mark.parametrize("odd", [{"pages": "twelve"}, {"pages": "9" * 5000}, {"nul": True}])
    def test_odd_words_are_a_sentence_or_left_out(self, client, branch, member, secretary, odd) -> None:
        edition, quiz = lesson_with_quiz()
        client.force_login(secretary)
        said = {
            "act": "make", "who": "all", "points": "20", "size": "a4", "kind": "files",
            "lessons": edition.key, "quizzes": quiz.key, "pages": odd.get("pages", "3"),
        }  # fmt: skip
        if "nul" in odd:
            said[f"discussion-{edition.key}"] = "想一想\x00\x07"

        page = client.post(reverse("outreach:pack_new") + f"?of={branch.key}&in=zh-hans", said)

        assert page.status_code == HTTPStatus.FOUND
        run = PackRun.objects.get()
        assert run.pages == (3 if "nul" in odd else 0)
        assert run.contents["lessons"][0]["discussion"] == (["想一想"] if "nul" in odd else [])

    def test_whoever_asked_reads_no_volume_once_a_pairing_has_ended(self, client, branch, member) -> None:
        visitor = make_member("songxue", branch, name="王芳")
        give_office(visitor, branch, Office.Kind.VISITOR)
        pairing = Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
        run = ask(
            branch, wanted(lesson_with_quiz()), by=visitor, members=[member.key], kind="print_run", at=now()
        )
        (packet,) = freeze(run, at=now())
        volume = PackVolume(run=run, number=1, pages=2)
        volume.file.save("pack.pdf", ContentFile(b"%PDF"), save=True)
        packet.volume = volume
        packet.save()
        client.force_login(visitor)
        address = reverse("outreach:pack_volume", args=[run.key, 1])
        assert client.get(address).status_code == HTTPStatus.OK

        pairing.until = localdate()
        pairing.save()

        assert client.get(address).status_code == HTTPStatus.NOT_FOUND
        page = client.get(reverse("outreach:pack_run", args=[run.key]))
        assert page.context["volumes"] == []
