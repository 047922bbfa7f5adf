"""The tree changes: each act, what it keeps of the past, and what it refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from people import transfers, tree, tree_joining, tree_rules
from people.mobility import MobileRegistration
from people.models import Affiliation, AuditEntry, Member, Office, Organisation, OrganisationState
from people.organisations import step_of
from people.tree_past import chain_on, offices_on
from tests.cast import LONG_AGO, give_office, make_member, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-11-20 10:00")
DAY = date(2026, 11, 20)
EARLIER = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def founded_long_ago(county, general_branch, branch, other_branch) -> None:
    OrganisationState.objects.update(since=LONG_AGO)


@pytest.fixture
def group(branch) -> Organisation:
    return Organisation.objects.found(kind="group", name="第一党小组", under=branch, on=LONG_AGO)


def states(organisation: Organisation) -> list[tuple]:
    return list(organisation.states.order_by("since").values_list("name", "parent_id", "since", "until"))


def everything() -> list:
    """All that a refused change must leave as it was."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Organisation, OrganisationState, Affiliation, Office, AuditEntry)
    ]


def homes(member: Member) -> list[tuple]:
    rows = member.affiliations.filter(kind="home").order_by("since")
    return list(rows.values_list("branch_id", "group_id", "since", "until"))


def test_founding_begins_the_past(county) -> None:
    new = tree.found(
        kind="branch",
        name="新支部",
        name_en="New",
        under=county,
        by=None,
        at=AT,
        on=EARLIER,
        sector="village",
    )

    assert (new.path[:-6], new.founded_on, new.sector) == (county.path, EARLIER, "village")
    assert states(new) == [("新支部", county.pk, EARLIER, None)]
    assert AuditEntry.objects.get().action == "tree.founded"


def test_a_new_name_leaves_the_old_one_in_the_past(branch) -> None:
    tree.rename(branch, name="柳溪第一支部", name_en="", by=None, at=AT, on=EARLIER)
    tree.rename(branch, name="柳溪中心支部", name_en="", by=None, at=AT, on=DAY)
    tree.rename(branch, name="柳溪中央支部", name_en="", by=None, at=AT, on=DAY)

    parent = branch.parent_id
    assert states(branch) == [
        ("柳溪社区支部", parent, LONG_AGO, EARLIER),
        ("柳溪第一支部", parent, EARLIER, DAY),
        ("柳溪中央支部", parent, DAY, None),
    ]
    then = Organisation.objects.as_on(EARLIER - timedelta(days=1)).get(pk=branch.pk)
    assert (then.name, then.name_then, then.parent_then) == ("柳溪中央支部", "柳溪社区支部", parent)


def test_a_move_takes_everything_below_along(
    county, general_branch, branch, group, member, secretary
) -> None:
    town = Organisation.objects.found(kind="committee", name="青石镇党委", under=county, on=LONG_AGO)

    tree.move(general_branch, under=town, by=secretary, at=AT, on=DAY)

    for place in (branch, group, general_branch):
        place.refresh_from_db()
    assert general_branch.path == town.path + general_branch.path[-6:]
    assert branch.path == general_branch.path + branch.path[-6:]
    assert group.path == branch.path + group.path[-6:]
    assert states(general_branch) == [
        ("城关总支", county.pk, LONG_AGO, DAY),
        ("城关总支", town.pk, DAY, None),
    ]
    assert states(branch) == [("柳溪社区支部", general_branch.pk, LONG_AGO, None)]
    names = [place.name for place in chain_on(branch, DAY)]
    assert names == ["柳溪县委", "青石镇党委", "城关总支", "柳溪社区支部"]
    assert [place.name for place in chain_on(branch, EARLIER)] == ["柳溪县委", "城关总支", "柳溪社区支部"]
    assert chain_on(branch, date(2019, 1, 1)) == []
    note = AuditEntry.objects.get()
    assert (note.actor, note.organisation) == (secretary.key, general_branch.key)
    assert note.details["to"] == str(town.key)


def test_a_group_takes_its_members_to_the_new_branch(branch, other_branch, group, member) -> None:
    member.affiliations.update(group=group)

    tree.move(group, under=other_branch, by=None, at=AT, on=DAY)

    assert homes(member) == [
        (branch.pk, group.pk, LONG_AGO, DAY),
        (other_branch.pk, group.pk, DAY, None),
    ]


def test_a_merge_carries_members_and_groups_and_ends_the_offices(
    branch, other_branch, group, member, secretary, stranger
) -> None:
    member.affiliations.update(group=group)
    today = make_member("joined")
    Affiliation.objects.create(member=today, branch=branch, kind="home", since=DAY)
    guest = make_member("guest", other_branch)
    Affiliation.objects.create(member=guest, branch=branch, kind="host", since=LONG_AGO)
    abroad = make_member("abroad", branch)
    Affiliation.objects.create(member=abroad, branch=other_branch, kind="host", since=LONG_AGO)

    tree_joining.merge(branch, into=other_branch, by=None, at=AT, on=DAY)

    branch.refresh_from_db()
    group.refresh_from_db()
    assert (branch.closed_on, branch.merged_into) == (DAY, other_branch)
    assert group.path == other_branch.path + group.path[-6:]
    assert homes(member) == [
        (branch.pk, group.pk, LONG_AGO, DAY),
        (other_branch.pk, group.pk, DAY, None),
    ]
    assert homes(today) == [(other_branch.pk, None, DAY, None)]
    hosts = Affiliation.objects.filter(kind="host")
    assert {(a.member.number, a.until) for a in hosts} == {("guest", DAY), ("abroad", DAY)}
    assert secretary.offices.get().until == DAY - timedelta(days=1)
    assert stranger.offices.get().until is None
    assert states(branch)[-1][3] == DAY
    assert [o.member for o in offices_on(branch, EARLIER)] == [secretary]
    assert list(offices_on(branch, DAY)) == []


def test_registrations_of_mobile_members_follow_a_merge(county, branch, other_branch) -> None:
    third = Organisation.objects.found(kind="branch", name="第三支部", under=county, on=LONG_AGO)

    def away(number: str, home: Organisation, receiving: Organisation) -> MobileRegistration:
        return MobileRegistration.objects.create(
            member=make_member(number, home), branch=home, receiving=receiving, since=LONG_AGO, months=12
        )

    rows = [away("a", branch, third), away("b", third, branch), away("c", branch, other_branch)]
    rows.append(away("d", other_branch, branch))
    for row in rows:
        Affiliation.objects.create(member=row.member, branch=row.receiving, kind="host", since=LONG_AGO)

    tree_joining.merge(branch, into=other_branch, by=None, at=AT, on=DAY)

    told = []
    for row in rows:
        row.refresh_from_db()
        told.append((row.branch, row.receiving, row.until))
    assert told == [
        (other_branch, third, None),
        (third, other_branch, None),
        (branch, other_branch, DAY),
        (other_branch, branch, DAY),
    ]


def test_a_group_merges_into_another_of_its_branch(branch, group, member) -> None:
    second = Organisation.objects.found(kind="group", name="第二党小组", under=branch, on=LONG_AGO)
    member.affiliations.update(group=group)

    tree_joining.merge(group, into=second, by=None, at=AT, on=DAY)

    assert homes(member) == [(branch.pk, group.pk, LONG_AGO, DAY), (branch.pk, second.pk, DAY, None)]


def test_a_split_founds_one_beside_and_takes_the_chosen(branch, group, member, secretary) -> None:
    member.affiliations.update(group=group)
    chosen = make_member("chosen", branch)

    new = tree_joining.split(
        branch, name="柳溪第二支部", members=[chosen], below=[group], by=None, at=AT, on=DAY
    )

    group.refresh_from_db()
    assert (new.kind, new.parent_id, new.founded_on) == ("branch", branch.parent_id, DAY)
    assert group.parent == new
    assert homes(member)[-1] == (new.pk, group.pk, DAY, None)
    assert homes(chosen)[-1] == (new.pk, None, DAY, None)
    assert homes(secretary) == [(branch.pk, None, LONG_AGO, None)]


def test_closing_ends_offices_and_the_past(other_branch, stranger, county) -> None:
    stranger.affiliations.update(until=DAY)

    tree.close(other_branch, by=None, at=AT, on=DAY)

    other_branch.refresh_from_db()
    assert other_branch.closed_on == DAY
    assert stranger.offices.get().until == DAY - timedelta(days=1)
    assert other_branch not in Organisation.objects.within(county).existing_on(DAY)
    assert other_branch in Organisation.objects.within(county).existing_on(DAY - timedelta(days=1))
    assert other_branch in Organisation.objects.as_on(DAY - timedelta(days=1))
    assert other_branch not in Organisation.objects.as_on(DAY)


def test_what_was_founded_the_same_day_leaves_no_past(county) -> None:
    mistake = tree.found(kind="branch", name="误", under=county, by=None, at=AT, on=DAY)
    tree.close(mistake, by=None, at=AT, on=DAY)

    assert states(mistake) == []


def test_a_closed_code_is_free_again(county) -> None:
    first = tree.found(
        kind="branch", name="一", under=county, by=None, at=AT, on=EARLIER, external_code="0512"
    )
    tree.close(first, by=None, at=AT, on=DAY)
    tree.found(kind="branch", name="二", under=county, by=None, at=AT, on=DAY, external_code="0512")

    assert Organisation.objects.filter(external_code="0512").count() == 2


REFUSALS = {
    "cycle": (tree_rules.Cycle, lambda c: tree.move(c["county"], under=c["committee"], **c["act"])),
    "below itself": (tree_rules.Cycle, lambda c: tree.move(c["committee"], under=c["committee"], **c["act"])),
    "general branch below a general branch": (
        tree_rules.DoesNotFit,
        lambda c: tree.move(c["general_branch"], under=c["second"], **c["act"]),
    ),
    "branch below a branch": (
        tree_rules.DoesNotFit,
        lambda c: tree.move(c["other_branch"], under=c["branch"], **c["act"]),
    ),
    "committee below a general branch": (
        tree_rules.DoesNotFit,
        lambda c: tree.move(c["committee"], under=c["second"], **c["act"]),
    ),
    "something below a group": (
        tree_rules.DoesNotFit,
        lambda c: tree.found(kind="group", name="组", under=c["group"], **c["act"]),
    ),
    "group at the top": (
        tree_rules.DoesNotFit,
        lambda c: tree.found(kind="group", name="组", under=None, **c["act"]),
    ),
    "group below a committee": (
        tree_rules.DoesNotFit,
        lambda c: tree.move(c["group"], under=c["county"], **c["act"]),
    ),
    "closed parent": (
        tree_rules.IsClosed,
        lambda c: tree.move(c["branch"], under=c["closed"], **c["act"]),
    ),
    "closed itself": (
        tree_rules.IsClosed,
        lambda c: tree.rename(c["closed"], name="新名", name_en="", **c["act"]),
    ),
    "code taken": (
        tree_rules.CodeTaken,
        lambda c: tree.found(kind="branch", name="支", under=c["county"], external_code="A1", **c["act"]),
    ),
    "same name": (
        tree_rules.NothingChanges,
        lambda c: tree.rename(c["second"], name="第二总支", name_en="", **c["act"]),
    ),
    "tomorrow": (
        tree_rules.InTheFuture,
        lambda c: tree.move(c["branch"], under=c["second"], by=None, at=AT, on=DAY + timedelta(days=1)),
    ),
    "before its last change": (
        tree_rules.BeforeLastChange,
        lambda c: tree.move(c["branch"], under=c["second"], by=None, at=AT, on=date(2019, 1, 1)),
    ),
    "merge of two kinds": (
        tree_rules.NotAlike,
        lambda c: tree_joining.merge(c["branch"], into=c["second"], **c["act"]),
    ),
    "merge into what lies below": (
        tree_rules.Cycle,
        lambda c: tree_joining.merge(c["county"], into=c["committee"], **c["act"]),
    ),
    "split without anybody": (
        tree_rules.NobodyChosen,
        lambda c: tree_joining.split(c["branch"], name="新", **c["act"]),
    ),
    "split with a stranger": (
        tree_rules.NotOfThisOrganisation,
        lambda c: tree_joining.split(c["branch"], name="新", members=[c["stranger"]], **c["act"]),
    ),
    "split with another's group": (
        tree_rules.NotOfThisOrganisation,
        lambda c: tree_joining.split(c["other_branch"], name="新", below=[c["group"]], **c["act"]),
    ),
    "close with members": (tree_rules.StillInUse, lambda c: tree.close(c["other_branch"], **c["act"])),
    "close with branches": (tree_rules.StillInUse, lambda c: tree.close(c["general_branch"], **c["act"])),
    "sector line to its own superior": (
        tree_rules.AlreadyOnTheLine,
        lambda c: tree.set_sector_line(c["branch"], to=c["county"], by=None, at=AT),
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_changes_nothing(
    case, county, general_branch, branch, other_branch, group, member, stranger
) -> None:
    found = Organisation.objects.found
    cast = {
        "county": county,
        "committee": found(kind="committee", name="镇党委", under=county, on=LONG_AGO),
        "second": found(
            kind="general_branch", name="第二总支", under=county, on=LONG_AGO, external_code="A1"
        ),
        "closed": found(kind="general_branch", name="旧总支", under=county, on=LONG_AGO),
        "general_branch": general_branch,
        "branch": branch,
        "other_branch": other_branch,
        "group": group,
        "stranger": stranger,
        "act": {"by": None, "at": AT, "on": DAY},
    }
    tree.close(cast["closed"], by=None, at=AT, on=EARLIER)
    before = everything()
    refusal, attempt = REFUSALS[case]

    with pytest.raises(refusal), transaction.atomic():
        attempt(cast)
    assert everything() == before


def test_what_remains_is_said(branch, other_branch, stranger, secretary) -> None:
    member = make_member("asked", branch)
    transfers.ask(member, target=other_branch, by=stranger, at=AT)

    with pytest.raises(tree_rules.StillInUse) as refused, transaction.atomic():
        tree.close(other_branch, by=None, at=AT, on=DAY)
    assert [each.number for each in refused.value.remaining] == [1, 1]
    with pytest.raises(tree_rules.StillInUse), transaction.atomic():
        tree_joining.merge(other_branch, into=branch, by=None, at=AT, on=DAY)


DATABASE = {
    "a_path_goes_on_from_its_parents": (
        "update people_organisation set path = 'elsewhere' where id = %(branch)s"
    ),
    "an_organisation_fits_below_its_parent": (
        "update people_organisation set kind = 'committee' where id = %(branch)s"
    ),
    "nothing_open_belongs_to_a_closed_organisation": (
        "update people_organisation set closed_on = '2026-01-01' where id = %(general_branch)s"
    ),
    "members_belong_to_a_branch_or_general_branch": (
        "update people_affiliation set branch_id = %(county)s where member_id = %(member)s"
    ),
    "nobody_belongs_to_a_closed_organisation": (
        "update people_affiliation set branch_id = %(closed)s where member_id = %(member)s"
    ),
    "a_group_is_part_of_the_branch": (
        "update people_affiliation set group_id = %(group)s, branch_id = %(other_branch)s"
        " where member_id = %(member)s"
    ),
}


@pytest.mark.parametrize("sentence", DATABASE)
def test_the_database_holds_the_line(
    sentence, county, general_branch, branch, other_branch, group, member
) -> None:
    closed = Organisation.objects.found(kind="branch", name="旧", under=county, on=LONG_AGO)
    tree.close(closed, by=None, at=AT, on=EARLIER)
    named = {
        "county": county,
        "general_branch": general_branch,
        "branch": branch,
        "other_branch": other_branch,
        "group": group,
        "member": member,
        "closed": closed,
    }
    before = everything()

    with pytest.raises(IntegrityError, match=sentence), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DATABASE[sentence], {name: each.pk for name, each in named.items()})
        cursor.execute("set constraints all immediate")
    assert everything() == before


def test_the_database_knows_the_same_steps(county) -> None:
    numbers = [1, 35, 36, 1295, 1296, 60466176, 2176782335]
    with connection.cursor() as cursor:
        cursor.execute("select tree_step(n) from unnest(%s::bigint[]) n", [numbers])
        assert [step for (step,) in cursor.fetchall()] == [step_of(number) for number in numbers]


def test_a_move_costs_the_same_with_many_branches(county) -> None:
    costs = []
    for size in (1, 30):
        place = Organisation.objects.found(kind="general_branch", name="总支", under=county, on=LONG_AGO)
        target = Organisation.objects.found(kind="committee", name="党委", under=county, on=LONG_AGO)
        for _ in range(size):
            Organisation.objects.found(kind="branch", name="支部", under=place, on=LONG_AGO)
        with CaptureQueriesContext(connection) as asked:
            tree.move(place, under=target, by=None, at=AT, on=DAY)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_an_office_goes_on_where_nothing_ended(branch, general_branch, county, secretary) -> None:
    leader = make_member("leader")
    give_office(leader, general_branch, "secretary")
    tree.move(branch, under=county, by=None, at=AT, on=DAY)

    assert secretary.offices.get().until is None
    assert not Member.objects.visible_to(leader, on=DAY).filter(pk=secretary.pk).exists()
