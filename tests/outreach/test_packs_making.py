"""Making packs: files and volumes, who is left out, going on after a kill, and the same again later."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils.timezone import localdate, now
from pypdf import PdfReader

from jobs.models import Job
from outreach import pack_making
from outreach.pack_files import remove_old_files
from outreach.pack_holdings import WORDS_KEPT, empty_old_words, forget_packs
from outreach.packet_records import Packet, PackRun, PackVolume, Slip
from outreach.packs import go_on
from outreach.slips import Told, record_slip
from people.models import Affiliation, AuditEntry, Member
from tests.cast import make_member, moment
from tests.outreach.packing import ask, lesson_with_quiz, wanted

pytestmark = pytest.mark.django_db

MADE = moment("2026-03-01 09:00")


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }


@pytest.fixture
def part(db):
    return lesson_with_quiz()


def words_of(file):
    with file.open("rb") as opened:
        reader = PdfReader(BytesIO(opened.read()))
    return len(reader.pages), "".join(page.extract_text() for page in reader.pages)


def asked(branch, part, secretary, **fields):
    """Asked for; in the tests the work is done at once."""
    return ask(branch, wanted(part), by=secretary, members=None, **{"at": now(), **fields})


class TestFiles:
    def test_each_member_has_a_file_with_their_name_and_number(self, branch, member, secretary, part):
        run = asked(branch, part, secretary)

        job = Job.objects.get()
        assert (job.state, job.result) == ("done", {"packs": 2, "left_out": 0})
        packets = list(run.packets.order_by("number"))
        assert [packet.steps.get().state for packet in packets] == ["made", "made"]
        pages, words = words_of(packets[0].file)
        assert pages == packets[0].pages > 0
        assert "李慧" in words
        assert packets[0].number in words
        assert run.packets.filter(file="").count() == 0
        assert PackRun.objects.get().files_until == localdate() + timedelta(days=60)

    def test_the_paper_is_frozen_in_the_order_that_is_printed(self, branch, member, secretary, part):
        edition, quiz = part
        run = asked(branch, part, secretary)

        for packet in run.packets.all():
            (drawn,) = packet.contents["quizzes"]
            assert (drawn["quiz"], drawn["edition"], drawn["title"]) == (
                str(quiz.key),
                str(edition.key),
                quiz.title,
            )
            assert packet.contents["lessons"] == [
                {"edition": edition.pk, "lesson": str(edition.translation_key)}
            ]

    def test_fetching_a_file_is_kept_in_the_audit(self, branch, member, secretary, part, client):
        run = asked(branch, part, secretary)
        packet = run.packets.get(member=member)
        client.force_login(secretary)
        answer = client.get(reverse("outreach:packet_file", args=[packet.key]))

        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        entry = AuditEntry.objects.get(action="packs.fetched")
        assert (entry.actor, entry.subject) == (secretary.key, member.key)

    def test_the_pages_are_told_before_anything_is_made(self, branch, member, secretary, part, client):
        edition, quiz = part
        client.force_login(secretary)
        data = {
            "lessons": str(edition.key), "quizzes": str(quiz.key), "who": "all", "points": "20",
            "size": "a4", "kind": "files", "act": "look",
        }  # fmt: skip
        page = client.post(reverse("outreach:pack_new"), data)

        budget = page.context["budget"]
        assert budget.pages > 0
        assert (budget.packs, budget.all_pages) == (2, 2 * budget.pages)
        assert not PackRun.objects.exists()
        client.post(reverse("outreach:pack_new"), data | {"act": "make", "pages": str(budget.pages)})
        assert {packet.pages for packet in Packet.objects.all()} == {budget.pages}


class TestPrintRun:
    def test_packs_lie_in_volumes_with_a_delivery_list(self, branch, member, secretary, part, client):
        run = asked(branch, part, secretary, kind="print_run")

        volume = PackVolume.objects.get()
        packets = list(run.packets.order_by("number"))
        assert [packet.volume for packet in packets] == [volume, volume]
        pages, words = words_of(volume.file)
        assert pages >= sum(packet.pages for packet in packets)
        assert all(packet.number in words for packet in packets)
        client.force_login(secretary)
        listed = client.get(reverse("outreach:pack_deliveries", args=[run.key]))
        reader = PdfReader(BytesIO(listed.content))
        said = "".join(page.extract_text() for page in reader.pages)
        assert "李慧" in said
        assert packets[0].number in said
        assert "13900000001" not in said

    def test_fifty_one_packs_are_two_volumes(self, branch, secretary, part, monkeypatch):
        monkeypatch.setattr(pack_making, "AT_ONCE", 2)
        for number in range(4):
            make_member(f"mm{number}", branch)
        run = asked(branch, part, secretary, kind="print_run")

        assert [volume.packets.count() for volume in run.volumes.order_by("number")] == [2, 2, 1]


class TestLeftOut:
    @pytest.mark.parametrize("why", ["closed", "moved", "erased"])
    def test_who_has_gone_meanwhile_is_left_out_with_the_reason(
        self, branch, other_branch, member, secretary, part, why, settings
    ):
        with_waiting(settings)
        run = asked(branch, part, secretary)
        if why == "closed":
            Member.objects.filter(pk=member.pk).update(is_active=False)
        elif why == "erased":
            Member.objects.filter(pk=member.pk).update(erased_at=now(), is_active=False)
        else:
            Affiliation.objects.filter(member=member).update(until=date(2026, 1, 1))
            Affiliation.objects.create(
                member=member, branch=other_branch, kind="home", since=date(2026, 1, 1)
            )
        work_now(settings, run, secretary)

        found = run.packets.get(member=member)
        assert (found.left_out, found.made_at, found.contents) == (why, None, {})
        assert not found.file
        assert run.packets.get(member=secretary).made_at is not None

    def test_a_lesson_withdrawn_meanwhile_stops_the_making(self, branch, member, secretary, part, settings):
        with_waiting(settings)
        run = asked(branch, part, secretary)
        edition, _quiz = part
        edition.page.unpublish()
        work_now(settings, run, secretary)

        assert Job.objects.order_by("-pk").first().result == {"failure": "not_published"}
        assert not Packet.objects.made().exists()


def with_waiting(settings):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "long"]}
    }


def work_now(settings, run, by):
    """A worker comes: the work that was asked for first is over, and it is asked for again."""
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["default", "long"],
        }
    }
    Job.objects.update(state="failed", ended_at=now())
    go_on(run, by=by, at=now())


class TestAfterAKill:
    def test_what_was_made_stays_and_only_the_rest_is_made(
        self, branch, secretary, part, monkeypatch, settings
    ):
        for number in range(4):
            make_member(f"mm{number}", branch)
        monkeypatch.setattr(pack_making, "AT_ONCE", 2)
        whole, calls = pack_making.print_each, []

        def killed(packs, look):
            calls.append(len(packs))
            if len(calls) == 2:
                raise RuntimeError
            return whole(packs, look)

        monkeypatch.setattr(pack_making, "print_each", killed)
        with_waiting(settings)
        run = asked(branch, part, secretary)
        work_now(settings, run, secretary)
        assert Job.objects.order_by("-pk").first().result == {"failure": "unexpected"}
        first = list(Packet.objects.made().order_by("pk").values_list("number", "contents", "made_at"))
        assert len(first) == 2

        work_now(settings, run, secretary)
        assert Packet.objects.made().count() == 5
        rows = Packet.objects.made().order_by("pk").values_list("number", "contents", "made_at")
        assert list(rows)[:2] == first
        assert calls == [2, 2, 2, 1]

    def test_asked_for_again_when_all_is_made_nothing_is_made(self, branch, member, secretary, part):
        run = asked(branch, part, secretary)
        before = list(run.packets.order_by("pk").values_list("contents", "made_at"))
        go_on(run, by=secretary, at=now())

        assert list(run.packets.order_by("pk").values_list("contents", "made_at")) == before
        assert Job.objects.order_by("-pk").first().result == {"packs": 0, "left_out": 0}


class TestKeeping:
    def test_files_go_after_sixty_days_and_come_again_the_same(self, branch, member, secretary, part):
        run = asked(branch, part, secretary)
        packet = run.packets.get(member=member)
        before = words_of(packet.file)
        path = packet.file.name
        assert remove_old_files(now() + timedelta(days=60)) == 0
        assert remove_old_files(now() + timedelta(days=61)) == 2
        assert not storages["private"].exists(path)

        part[1].title = "别的题目"
        part[1].save()
        Member.objects.filter(pk=member.pk).update(name="李惠")
        go_on(PackRun.objects.get(), by=secretary, at=now())
        packet.refresh_from_db()
        assert words_of(packet.file) == before

    def test_a_volume_comes_again_as_it_was(self, branch, member, secretary, part):
        run = asked(branch, part, secretary, kind="print_run")
        before = words_of(run.volumes.get().file)
        remove_old_files(now() + timedelta(days=61))
        go_on(PackRun.objects.get(), by=secretary, at=now())

        assert words_of(run.volumes.get().file) == before

    def test_erased_the_member_stands_on_no_cover_and_in_no_file(self, branch, member, secretary, part):
        run = asked(branch, part, secretary, kind="print_run")
        forget_packs(member, now())
        go_on(PackRun.objects.get(), by=secretary, at=now())

        assert run.packets.get(member=member).cover is None
        _pages, words = words_of(run.volumes.get().file)
        assert "李慧" not in words
        assert run.packets.get(member=secretary).number in words

    def test_erasing_one_leaves_the_files_of_the_others(self, branch, member, secretary, part):
        run = asked(branch, part, secretary)
        forget_packs(member, now())

        assert not run.packets.get(member=member).file
        assert words_of(run.packets.get(member=secretary).file)[0] > 0

    def test_the_words_of_a_slip_go_after_half_a_year(self, branch, member, secretary, part):
        run = asked(branch, part, secretary)
        told = Told(
            read_on=localdate(), minutes=2, signed_by="companion", companion="张大妈", wishes="红军故事"
        )
        key = run.key
        record_slip(run.packets.get(member=member), told, key=key, by=secretary, at=now())
        assert empty_old_words(now() + WORDS_KEPT - timedelta(days=1)) == 0
        assert empty_old_words(now() + WORDS_KEPT + timedelta(days=1)) == 1

        slip = Slip.objects.get()
        assert (slip.companion, slip.wishes, slip.minutes) == (None, None, 2)
