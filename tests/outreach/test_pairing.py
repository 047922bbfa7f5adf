"""Pairing with both consents, and the page of a branch that shows who carries what, ranking nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate

from outreach import pairing
from outreach.arranged import PairingConsent, PlannedVisit
from outreach.pairing import missing_consents, note_consent, pairing_desk, withdraw_consent
from outreach.visits import record_visit
from people.audit import AuditEntry
from people.leading import NotThatDay, NotYourBranch
from people.models import HomeStudy, Member, Office, Pairing
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.outreach.visiting import NOON, make_visitor, report, signed_in

DAY = date(2026, 3, 10)


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


@pytest.fixture
def paired(visitor) -> Pairing:
    return Pairing.objects.get()


def agree(
    paired: Pairing, side: str, *, by: Member, on: date = DAY, way: str = "in_person"
) -> PairingConsent:
    return note_consent(paired, side=side, way=way, given_on=on, by=by, at=NOON)


def test_both_sides_agree_each_in_their_own_way(paired, secretary) -> None:
    assert missing_consents([paired]) == {paired.pk: ["helper", "member"]}
    agree(paired, "helper", by=secretary, way="in_writing")
    assert missing_consents([paired]) == {paired.pk: ["member"]}
    agree(paired, "member", by=secretary, way="telephone", on=date(2026, 3, 1))

    assert missing_consents([paired]) == {paired.pk: []}
    assert list(PairingConsent.objects.order_by("pk").values_list("side", "way", "given_on", "noted_by")) == [
        ("helper", "in_writing", DAY, secretary.pk),
        ("member", "telephone", date(2026, 3, 1), secretary.pk),
    ]


def test_a_consent_taken_back_is_missing_again_and_stays_on_record(paired, secretary) -> None:
    agree(paired, "member", by=secretary)
    withdraw_consent(paired, side="member", by=secretary, at=NOON + timedelta(days=3))
    assert missing_consents([paired]) == {paired.pk: ["helper", "member"]}
    note_consent(
        paired, side="member", way="telephone", given_on=date(2026, 3, 20), by=secretary,
        at=NOON + timedelta(days=10),
    )  # fmt: skip

    assert missing_consents([paired]) == {paired.pk: ["helper"]}
    assert list(PairingConsent.objects.order_by("pk").values_list("withdrawn_on", flat=True)) == [
        date(2026, 3, 13),
        None,
    ]


@pytest.mark.parametrize(
    ("who", "on", "refusal"),
    [
        ("visitor", DAY, NotYourBranch),
        ("stranger", DAY, NotYourBranch),
        ("secretary", date(2026, 3, 11), NotThatDay),
        ("secretary", date(2025, 3, 8), NotThatDay),
    ],
)
def test_who_does_not_lead_notes_no_consent_and_no_day_that_cannot_be(
    paired, secretary, stranger, visitor, who, on, refusal
) -> None:
    by = {"visitor": visitor, "stranger": stranger, "secretary": secretary}[who]
    with pytest.raises(refusal):
        agree(paired, "member", by=by, on=on)

    assert not PairingConsent.objects.exists()


def test_a_consent_is_noted_once_and_of_a_pairing_that_holds(paired, secretary) -> None:
    agree(paired, "member", by=secretary)
    with pytest.raises(pairing.AlreadyAgreed):
        agree(paired, "member", by=secretary)
    with pytest.raises(pairing.NotAgreed):
        withdraw_consent(paired, side="helper", by=secretary, at=NOON)
    Pairing.objects.update(until=DAY)
    paired.refresh_from_db()
    with pytest.raises(pairing.PairingEnded):
        agree(paired, "helper", by=secretary)

    assert PairingConsent.objects.count() == 1


def test_the_database_lets_a_consent_only_be_withdrawn(paired, secretary) -> None:
    agree(paired, "member", by=secretary)
    for change in ({"way": "telephone"}, {"given_on": date(2026, 1, 1)}, {"withdrawn_on": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PairingConsent.objects.update(**change)

    assert PairingConsent.objects.get().way == "in_person"


def test_consents_are_in_the_audit(paired, secretary, visitor, member) -> None:
    agree(paired, "member", by=secretary)
    withdraw_consent(paired, side="member", by=secretary, at=NOON)

    entries = AuditEntry.objects.filter(action__startswith="pairing.").order_by("pk")
    assert [(e.action, e.actor, e.subject, e.details) for e in entries] == [
        ("pairing.agreed", secretary.key, member.key,
         {"visitor": str(visitor.key), "side": "member", "way": "in_person"}),
        ("pairing.withdrawn", secretary.key, member.key, {"visitor": str(visitor.key), "side": "member"}),
    ]  # fmt: skip


def test_a_visit_that_happened_is_recorded_without_a_consent(member, visitor) -> None:
    done = record_visit(report(member), by=visitor, at=NOON)

    assert done.visit.members.get().record.seconds == 2400


def test_the_desk_shows_workloads_by_name_and_who_has_nobody(branch, member, secretary, visitor) -> None:
    elderly = make_member("old", branch, birth_year=1950, name_latin="Old One")
    make_member("young", branch, birth_year=1990)
    at_home = make_member("home", branch, name_latin="At Home")
    HomeStudy.objects.create(member=at_home, since=LONG_AGO, review_on=DAY)
    idle = make_visitor("anna", branch, name_latin="Anna")
    for day in (date(2026, 3, 9), date(2026, 3, 15), date(2026, 3, 16)):
        PlannedVisit.objects.create(
            visitor=visitor, member=member, day=day, planned_by=visitor, planned_at=NOON
        )
    desk = pairing_desk(secretary, branch, on=DAY)

    assert [(h.member, h.members, h.planned) for h in desk.helpers] == [(idle, 0, 0), (visitor, 1, 2)]
    assert [(one.member, one.pairings[0].missing) for one in desk.paired] == [(member, ["helper", "member"])]
    assert [(one.member, one.is_home_study, one.is_elderly) for one in desk.unpaired] == [
        (at_home, True, False),
        (elderly, False, True),
    ]
    assert desk.open_consents == 1


def test_leaders_above_learn_nothing_of_home_study_by_name(branch, county, secretary) -> None:
    at_home = make_member("home", branch)
    HomeStudy.objects.create(member=at_home, since=LONG_AGO, review_on=DAY)
    above = make_member("above", branch)
    give_office(above, county, Office.Kind.SECRETARY)

    assert pairing_desk(above, branch, on=DAY).unpaired == []
    assert [one.member for one in pairing_desk(secretary, branch, on=DAY).unpaired] == [at_home]


def test_the_page_pairs_notes_takes_back_and_ends(branch, member, secretary) -> None:
    Member.objects.filter(pk=member.pk).update(birth_year=1950)
    visitor = make_visitor("wanghong", branch)
    client, path = signed_in(secretary), f"/visits/branch/{branch.key}/pairing/"
    who = {"member": str(member.key), "visitor": str(visitor.key)}
    assert client.post(path, who | {"act": "pair"})["location"] == path
    assert (Pairing.objects.get().visitor, Pairing.objects.get().since) == (visitor, localdate())
    agreed = who | {"act": "agree", "side": "member", "way": "in_person", "given_on": f"{localdate()}"}
    client.post(path, agreed)
    assert PairingConsent.objects.get().side == "member"
    client.post(path, who | {"act": "withdraw", "side": "member"})
    assert PairingConsent.objects.get().withdrawn_on == localdate()
    Pairing.objects.update(since=LONG_AGO)
    client.post(path, who | {"act": "end"})

    assert Pairing.objects.get().until == localdate()


@pytest.mark.parametrize(
    "sent",
    [
        {"act": "pair"}, {"act": "pair", "visitor": "x"}, {"act": "end", "visitor": "x"},
        {"act": "agree", "side": "nobody", "way": "in_person"},
        {"act": "agree", "side": "member", "way": "by post", "given_on": "2026-03-10"},
        {"member": "x", "act": "pair"},
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_changes_nothing(branch, member, secretary, visitor, sent) -> None:
    who = {"member": str(member.key), "visitor": str(visitor.key)}
    answer = signed_in(secretary).post(f"/visits/branch/{branch.key}/pairing/", who | sent, follow=True)

    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()
    assert (Pairing.objects.count(), PairingConsent.objects.count()) == (1, 0)


def test_leaders_above_look_and_change_nothing(branch, county, member, visitor) -> None:
    above = make_member("above", branch)
    give_office(above, county, Office.Kind.SECRETARY)
    client, path = signed_in(above), f"/visits/branch/{branch.key}/pairing/"
    page = client.get(path).content.decode()
    client.post(path, {"act": "end", "member": str(member.key), "visitor": str(visitor.key)})

    assert 'value="pair"' not in page
    assert Pairing.objects.get().until is None


def test_looking_at_the_page_is_in_the_audit(branch, secretary, member, visitor) -> None:
    signed_in(secretary).get(f"/visits/branch/{branch.key}/pairing/")

    entry = AuditEntry.objects.get(action="pairings.looked")
    assert (entry.actor, entry.organisation, entry.details) == (secretary.key, branch.key, {"members": 1})


def test_consents_go_with_the_pairing_when_a_member_is_erased(paired, secretary) -> None:
    agree(paired, "member", by=secretary)
    paired.delete()

    assert not PairingConsent.objects.exists()
    assert moment("2026-03-10 12:00") == NOON
