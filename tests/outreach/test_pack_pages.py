"""The pages of study packs: who may look, what they do, what they refuse, and that lists stay cheap."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from outreach.packet_records import Packet, PackRun, Slip
from people.models import AuditEntry, Office, Pairing
from tests.cast import LONG_AGO, give_office, make_member
from tests.outreach.packing import ask, freeze, lesson_with_quiz, right, wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("work_waits")]


@pytest.fixture
def part(db):
    return lesson_with_quiz()


@pytest.fixture
def made(branch, member, secretary, part):
    """The member's pack, made yesterday."""
    yesterday = now() - timedelta(days=1)
    run = ask(branch, wanted(part), by=secretary, members=[member.key], at=yesterday)
    (packet,) = freeze(run, at=yesterday)
    return packet


@pytest.fixture
def visitor(branch, member):
    visitor = make_member("songxue", branch, name="王芳")
    give_office(visitor, branch, Office.Kind.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO)
    return visitor


@pytest.fixture
def as_(client):
    def sign_in(who):
        client.force_login(who)
        return client

    return sign_in


def addresses(packet):
    return [
        reverse("outreach:packs"),
        reverse("outreach:pack_new"),
        reverse("outreach:pack_find"),
        reverse("outreach:pack_run", args=[packet.run.key]),
        reverse("outreach:packet", args=[packet.key]),
        reverse("outreach:slip", args=[packet.key]),
    ]


class TestWhoMayLook:
    def test_the_secretary_sees_all_of_them(self, made, secretary, as_):
        assert [as_(secretary).get(url).status_code for url in addresses(made)] == [200] * 6

    def test_the_visitor_sees_the_packs_of_those_assigned(self, made, visitor, as_):
        found = [as_(visitor).get(url).status_code for url in addresses(made)]
        assert found == [200, 200, 200, 404, 200, 200]

    def test_a_member_sees_none_of_them_and_not_their_own(self, made, member, as_):
        assert [as_(member).get(url).status_code for url in addresses(made)] == [404] * 6

    def test_the_secretary_of_another_branch_sees_no_pack_of_this_one(self, made, stranger, as_):
        found = [as_(stranger).get(url).status_code for url in addresses(made)]
        assert found == [200, 200, 200, 404, 404, 404]
        assert "李慧" not in as_(stranger).get(reverse("outreach:packs")).content.decode()
        assert AuditEntry.objects.filter(actor=stranger.key, outcome="refused").count() == 3

    def test_who_is_not_signed_in_is_asked_to(self, made, client):
        assert [client.get(url).status_code for url in addresses(made)] == [302] * 6


class TestFinding:
    def find(self, client, code):
        return client.post(reverse("outreach:pack_find"), {"code": code})

    def test_by_its_number_also_written_short(self, made, secretary, as_):
        for code in (made.number, f"{made.number[:4]} 1", f"{made.number[:4]}000001"):
            answer = self.find(as_(secretary), code)
            assert answer.url == reverse("outreach:packet", args=[made.key])

    def test_by_the_codes_on_a_page(self, made, secretary, as_):
        from paper.codes import page_code, typed_code

        for code in (page_code(made.key.hex, 3), typed_code(made.key.hex, 3).lower()):
            answer = self.find(as_(secretary), code)
            assert answer.url == reverse("outreach:packet", args=[made.key])

    def test_a_page_of_another_installation_is_said_to_be_one(self, made, secretary, as_):
        from paper.codes import page_code, typed_code

        for code in (
            page_code(made.key.hex, 3, secret="another"),
            page_code(uuid4().hex, 1),
            typed_code(uuid4().hex, 1),
        ):
            answer = self.find(as_(secretary), code)
            assert answer.context["form"].errors["code"] == [str(_words("OfAnotherPlace"))]

    def test_a_forged_code_is_said_to_be_one(self, made, secretary, as_):
        from django.conf import settings

        from paper.codes import page_code

        forged = page_code(made.key.hex, 3, secret="another", origin=settings.SECRET_KEY)
        answer = self.find(as_(secretary), forged)
        assert answer.context["form"].errors["code"] == [str(_words("Forged"))]

    def test_a_slip_of_the_finger_is_said_to_be_one(self, made, secretary, as_):
        answer = self.find(as_(secretary), "2026-12-31-7")
        assert answer.context["form"].errors["code"] == [str(_words("Unreadable"))]

    def test_a_pack_of_another_branch_is_not_there_and_the_audit_keeps_it(self, made, stranger, as_):
        answer = self.find(as_(stranger), made.number)
        assert answer.context["form"].errors["code"] == [str(_words("NoSuchPack"))]
        entry = AuditEntry.objects.get(action="packs.found")
        assert (entry.actor, entry.outcome) == (stranger.key, "refused")


def _words(name):
    from outreach import pack_finding

    return getattr(pack_finding, name).words


class TestTheSlip:
    def send(self, client, packet, **changes):
        form = client.get(reverse("outreach:slip", args=[packet.key])).context["form"]
        data = {
            "key": str(form["key"].value()),
            "read_on": localdate().isoformat(),
            "minutes": "2",
            "lessons": form["lessons"].value(),
            "signed_by": "reader",
        }
        for position, keys in right(packet.contents["quizzes"][0]).items():
            data[f"q0-{position}"] = [str(key) for key in keys]
        return data | changes

    def test_it_has_the_rows_of_the_sheet_in_its_order(self, made, secretary, as_):
        page = as_(secretary).get(reverse("outreach:slip", args=[made.key]))

        (sheet,) = page.context["sheets"]
        assert [(row.number, [box.letter for box in row.boxes]) for row in sheet.rows] == [
            (1, ["A", "B", "C", "D"]),
            (2, ["A", "B", "C", "D"]),
            (3, ["A", "B"]),
        ]
        assert [[box.key for box in row.boxes] for row in sheet.rows] == [
            place["options"] for place in made.contents["quizzes"][0]["paper"]
        ]

    def test_it_is_written_down_and_marked(self, made, secretary, as_):
        client = as_(secretary)
        answer = client.post(reverse("outreach:slip", args=[made.key]), self.send(client, made))

        assert answer.url == reverse("outreach:packet", args=[made.key])
        assert (Slip.objects.get().minutes, Slip.objects.get().recorded_by) == (2, secretary)
        page = client.get(answer.url)
        assert [attempt.percent for attempt in page.context["attempts"]] == [100]

    def test_sent_twice_it_is_one_and_a_second_form_is_told_so(self, made, secretary, as_):
        client = as_(secretary)
        url = reverse("outreach:slip", args=[made.key])
        first, other = self.send(client, made), self.send(client, made, minutes="50")
        client.post(url, first)
        client.post(url, first)
        answer = client.post(url, other, follow=True)

        assert Slip.objects.get().minutes == 2
        assert "张伟" in answer.content.decode()
        assert client.get(url).url == reverse("outreach:packet", args=[made.key])

    def test_a_refusal_keeps_what_was_typed(self, made, secretary, as_):
        client = as_(secretary)
        data = self.send(client, made, read_on="2020-01-01", wishes="想听红军故事")
        page = client.post(reverse("outreach:slip", args=[made.key]), data)

        assert page.status_code == 200
        assert not Slip.objects.exists()
        words = page.content.decode()
        assert "想听红军故事" in words
        ticked = [box.is_ticked for row in page.context["sheets"][0].rows for box in row.boxes]
        assert ticked.count(True) == 4


class TestSteps:
    def step(self, client, packet, state, **changes):
        data = {"state": state, "on": localdate().isoformat(), **changes}
        return client.post(reverse("outreach:packet_step", args=[packet.key]), data, follow=True)

    def states(self, packet):
        return list(packet.steps.order_by("pk").values_list("state", flat=True))

    def test_a_pack_goes_forward_and_stays_there(self, made, secretary, as_):
        for state in ("delivered", "delivered", "printed", "returned"):
            self.step(as_(secretary), made, state)

        assert self.states(made) == ["made", "delivered", "returned"]

    def test_a_day_before_it_was_made_is_refused(self, made, secretary, as_):
        self.step(as_(secretary), made, "delivered", on="2020-01-01")

        assert self.states(made) == ["made"]

    def test_a_cancelled_pack_goes_no_further(self, made, secretary, as_):
        for state in ("cancelled", "delivered"):
            self.step(as_(secretary), made, state)

        assert self.states(made) == ["made", "cancelled"]

    def test_all_of_a_run_at_once(self, branch, member, secretary, part, as_):
        run = ask(branch, wanted(part), by=secretary, members=None, at=now())
        freeze(run, at=now())
        url = reverse("outreach:pack_run_act", args=[run.key])
        for state in ("printed", "printed", "delivered"):
            as_(secretary).post(url, {"state": state, "on": localdate().isoformat()})

        assert [self.states(packet) for packet in Packet.objects.order_by("pk")] == [
            ["made", "printed", "delivered"]
        ] * 2
        assert AuditEntry.objects.filter(action="packs.stepped").count() == 4


class TestTheList:
    def test_it_is_narrowed_to_a_state(self, made, secretary, as_):
        url = reverse("outreach:packs")
        assert [p.number for p in as_(secretary).get(url, {"state": "made"}).context["packets"]] == [
            made.number
        ]
        assert as_(secretary).get(url, {"state": "recorded"}).context["packets"] == []

    def test_many_packs_take_as_many_queries_as_few(
        self, branch, member, secretary, part, as_, django_assert_num_queries
    ):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        run = ask(branch, wanted(part), by=secretary, members=[member.key], at=now())
        freeze(run, at=now())
        urls = [reverse("outreach:packs"), reverse("outreach:pack_run", args=[run.key])]
        counts = []
        for url in urls:
            with CaptureQueriesContext(
                connection,
            ) as few:
                as_(secretary).get(url)
            counts.append(len(few))
        for number in range(30):
            make_member(f"mm{number:02}", branch)
        for _again in range(3):
            freeze(ask(branch, wanted(part), by=secretary, members=None, at=now()), at=now())
        for url, few in zip(urls, counts, strict=True):
            with CaptureQueriesContext(connection) as many:
                as_(secretary).get(url)
            assert len(many) <= few


class TestHavingThemMade:
    def form(self, part, **changes):
        edition, quiz = part
        data = {
            "lessons": [str(edition.key)],
            "quizzes": [str(quiz.key)],
            "who": "all",
            "points": "20",
            "size": "a4",
            "kind": "files",
            "act": "make",
        }
        return data | changes

    def test_it_is_asked_for_and_shown(self, branch, member, secretary, part, as_):
        answer = as_(secretary).post(reverse("outreach:pack_new"), self.form(part))

        run = PackRun.objects.get()
        assert answer.url == reverse("outreach:pack_run", args=[run.key])
        assert Packet.objects.count() == 2

    def test_a_withdrawn_lesson_is_refused_and_the_choice_kept(self, secretary, part, as_):
        edition, _quiz = part
        edition.page.unpublish()
        page = as_(secretary).post(reverse("outreach:pack_new"), self.form(part, title="三月学习"))

        assert page.status_code == 200
        assert "群众路线是怎样形成的" in page.content.decode()
        assert "三月学习" in page.content.decode()
        assert not PackRun.objects.exists()

    def test_nobody_chosen_is_refused(self, secretary, part, as_):
        as_(secretary).post(reverse("outreach:pack_new"), self.form(part, who="chosen"))
        assert not PackRun.objects.exists()

    def test_something_that_is_no_key_is_refused(self, secretary, part, as_):
        page = as_(secretary).post(reverse("outreach:pack_new"), self.form(part, lessons=["x"]))
        assert page.status_code == 200
        assert not PackRun.objects.exists()

    def test_a_leader_above_chooses_the_branch_first(self, county, branch, part, as_):
        leader = make_member("xianwei", branch)
        give_office(leader, county, Office.Kind.SECRETARY)
        page = as_(leader).get(reverse("outreach:pack_new"))
        assert branch in page.context["places"]
        page = as_(leader).get(reverse("outreach:pack_new"), {"of": str(branch.key)})
        assert page.context["found"].total == 1
