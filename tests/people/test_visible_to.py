"""Who sees what of whom, asked by name. The table here is the one in docs/data-protection.md."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from people.contacts import contact_for
from people.models import Affiliation, HomeStudy, Member, Office, Organisation, Pairing, Sight
from people.offices import COMMITTEE, HOST_SIGHTS, SIGHTS, VISITOR_SIGHTS
from tests.cast import LONG_AGO, give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind
NAME, TELEPHONE, HOME_STUDY = Sight.IDENTITY, Sight.CONTACT, Sight.ARRANGEMENT
COMPLETION, HOURS, SCORES = Sight.COMPLETION, Sight.HOURS, Sight.SCORES

LEADER = [
    {NAME, TELEPHONE, COMPLETION, HOURS, SCORES},  # members below
    {NAME, TELEPHONE, HOME_STUDY, COMPLETION, HOURS, SCORES},  # members of the organisation itself
    {NAME, TELEPHONE, COMPLETION},  # guests
    {NAME, TELEPHONE, COMPLETION, HOURS},  # members who are guests elsewhere
    set(),  # members assigned
]
NOTHING = [set()] * 5

TABLE: dict[str, list[set[Sight]]] = {
    K.SECRETARY: LEADER,
    K.DEPUTY: LEADER,
    K.COMMITTEE_MEMBER: [
        {NAME, COMPLETION, HOURS},
        {NAME, HOME_STUDY, COMPLETION, HOURS},
        {NAME, COMPLETION},
        {NAME, COMPLETION, HOURS},
        set(),
    ],
    K.GROUP_LEADER: [{NAME, COMPLETION}] * 4 + [set()],
    K.VISITOR: [*NOTHING[:4], {NAME, TELEPHONE, HOME_STUDY, COMPLETION}],
    K.OBSERVER: NOTHING,
    K.EDITOR: NOTHING,
    K.REVIEWER: NOTHING,
    K.SYSTEM_ADMINISTRATOR: NOTHING,
    K.AUDIT_ADMINISTRATOR: NOTHING,
    K.SECURITY_ADMINISTRATOR: [{NAME}] * 4 + [set()],
}

BELOW, OWN, GUEST, AWAY, ASSIGNED = range(5)

WORDS = {
    NAME: "name",
    TELEPHONE: "telephone",
    HOME_STUDY: "home study",
    COMPLETION: "completion",
    HOURS: "hours",
    SCORES: "scores",
}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs/data-protection.md"


def in_document(kind: str) -> str:
    """The row of an office as the document writes it."""
    cells = [", ".join(WORDS[sight] for sight in Sight if sight in seen) or "–" for seen in TABLE[kind]]
    return f"| {kind.replace('_', ' ')} | {' | '.join(cells)} |"


def test_the_table_names_every_office_and_every_sight() -> None:
    assert set(TABLE) == set(K)
    assert set(WORDS) == set(Sight)


def test_the_document_has_the_same_table() -> None:
    written = DOCUMENT.read_text("utf-8").split("## Who sees what", 1)[1].splitlines()
    rows = [line for line in written if line.startswith("| ")][1:]

    assert rows[: len(K)] == [in_document(kind) for kind in K]


def test_the_code_has_the_same_table() -> None:
    for kind in K:
        below, own, guest, away, assigned = TABLE[kind]
        assert SIGHTS.get(kind, frozenset()) == below
        assert own - below == ({HOME_STUDY} if kind in COMMITTEE else set())
        assert guest == below & HOST_SIGHTS
        assert away == below - {SCORES}
        assert assigned == (VISITOR_SIGHTS if kind == K.VISITOR else set())


@pytest.fixture
def group(branch: Organisation) -> Organisation:
    return Organisation.objects.found(kind="group", name="第一党小组", under=branch)


@pytest.fixture
def seen_of(member, today):
    """What a holder of that office sees of the member today."""

    def find(kind: str, place: Organisation, *, assigned: bool = False) -> set[Sight]:
        holder = make_member(f"holder{Member.objects.count()}")
        give_office(holder, place, kind)
        if assigned:
            Pairing.objects.create(visitor=holder, member=member, since=LONG_AGO)
        return {
            sight
            for sight in Sight
            if Member.objects.visible_to(holder, sight=sight, on=today).filter(pk=member.pk).exists()
        }

    return find


@pytest.mark.parametrize("kind", list(K))
def test_of_members_below_and_of_the_own_branch(
    seen_of, county, general_branch, branch, other_branch, kind
) -> None:
    assert seen_of(kind, county) == TABLE[kind][BELOW]
    assert seen_of(kind, general_branch) == TABLE[kind][BELOW]
    assert seen_of(kind, branch) == TABLE[kind][OWN]
    assert seen_of(kind, other_branch) == set()


@pytest.mark.parametrize("kind", list(K))
def test_of_guests(seen_of, member, branch, other_branch, general_branch, county, kind) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)

    assert seen_of(kind, other_branch) == TABLE[kind][GUEST]
    assert seen_of(kind, general_branch) == TABLE[kind][AWAY]
    assert seen_of(kind, county) == TABLE[kind][AWAY]
    assert seen_of(kind, branch) == TABLE[kind][AWAY] | (TABLE[kind][OWN] & {HOME_STUDY})


@pytest.mark.parametrize("kind", list(K))
def test_of_the_group_one_leads_and_of_no_other(seen_of, member, branch, group, kind) -> None:
    other_group = Organisation.objects.found(kind="group", name="第二党小组", under=branch)
    Affiliation.objects.filter(member=member).update(group=group)

    assert seen_of(kind, group) == TABLE[kind][BELOW]
    assert seen_of(kind, other_group) == set()


@pytest.mark.parametrize("kind", list(K))
def test_of_members_assigned_to_a_visitor(seen_of, branch, other_branch, kind) -> None:
    place = branch if kind == K.VISITOR else other_branch  # a visitor's office is where the member is at home
    assert seen_of(kind, place, assigned=True) == TABLE[kind][ASSIGNED]


def test_an_assignment_counts_while_it_lasts(member, branch, today) -> None:
    visitor = make_member("visitor")
    give_office(visitor, branch, K.VISITOR)
    Pairing.objects.create(visitor=visitor, member=member, since=LONG_AGO, until=today)

    for day, seen in [(today - timedelta(days=1), True), (today, False)]:
        found = Member.objects.visible_to(Member.objects.get(pk=visitor.pk), sight=TELEPHONE, on=day)
        assert found.filter(pk=member.pk).exists() is seen


def test_after_coming_back_the_home_branch_is_shown_scores_again(member, branch, other_branch, today) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO, until=today)
    holder = make_member("holder")
    give_office(holder, branch, K.SECRETARY)

    for day, seen in [(today - timedelta(days=1), False), (today, True)]:
        found = Member.objects.visible_to(Member.objects.get(pk=holder.pk), sight=SCORES, on=day)
        assert found.filter(pk=member.pk).exists() is seen


@pytest.mark.parametrize("sight", list(Sight))
def test_everyone_sees_themself_and_nobody_else_without_an_office(member, secretary, today, sight) -> None:
    assert list(Member.objects.visible_to(member, sight=sight, on=today)) == [member]


def test_an_office_counts_on_the_days_it_is_held(member, branch, today) -> None:
    holder = make_member("holder")
    office = give_office(holder, branch, Office.Kind.SECRETARY)
    office.until = today - timedelta(days=1)
    office.save()

    assert not Member.objects.visible_to(holder, on=today).filter(pk=member.pk).exists()
    earlier = Member.objects.get(pk=holder.pk)
    assert Member.objects.visible_to(earlier, on=office.until).filter(pk=member.pk).exists()


def test_a_mobile_member_is_seen_by_both_branches_and_listed_once(
    member, secretary, stranger, other_branch, county, today
) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)
    committee = make_member("committee")
    give_office(committee, county, Office.Kind.SECRETARY)

    assert Member.objects.visible_to(stranger, on=today).filter(pk=member.pk).count() == 1
    assert Member.objects.visible_to(secretary, on=today).filter(pk=member.pk).count() == 1
    assert Member.objects.visible_to(committee, on=today).filter(pk=member.pk).count() == 1
    assert Member.objects.belonging_to(county, on=today).filter(pk=member.pk).count() == 1


def test_the_database_refuses_two_homes_at_a_time(member, other_branch) -> None:
    with pytest.raises(IntegrityError, match="one_home_and_one_host_at_a_time"), transaction.atomic():
        Affiliation.objects.create(member=member, branch=other_branch, kind="home", since=date(2026, 1, 1))
    assert member.affiliations.count() == 1


def test_the_database_refuses_two_home_study_arrangements_at_a_time(member) -> None:
    HomeStudy.objects.create(member=member, since=date(2026, 1, 1), review_on=date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="one_home_study_arrangement_at_a_time"), transaction.atomic():
        HomeStudy.objects.create(member=member, since=date(2026, 6, 1), review_on=date(2027, 1, 1))
    assert member.home_studies.count() == 1


def test_asking_costs_one_query_for_the_offices_and_one_for_the_answer(
    secretary, member, branch, today, django_assert_num_queries
) -> None:
    for number in range(30):
        make_member(f"m{number}", branch)
    viewer = Member.objects.get(pk=secretary.pk)

    with django_assert_num_queries(2):  # offices with their organisations; members
        assert len(Member.objects.visible_to(viewer, sight=Sight.SCORES, on=today)) == 32
    with django_assert_num_queries(1):
        assert len(Member.objects.visible_to(viewer, sight=Sight.HOURS, on=today)) == 32


def test_the_tree_is_any_depth_and_a_subtree_is_one_range(county) -> None:
    place, below = county, [county]
    for level in range(12):
        place = Organisation.objects.found(kind="committee", name=f"第{level}级", under=place)
        below.append(place)

    assert list(Organisation.objects.within(below[5]).order_by("path")) == below[5:]
    assert place.path.startswith(county.path)


def test_the_contact_person_is_the_secretary_of_the_own_branch(member, secretary, stranger, today) -> None:
    contact = contact_for(member, on=today)

    assert (contact.name, contact.phone) == ("张伟", "13900000002")
    assert contact_for(stranger, on=today) is None
