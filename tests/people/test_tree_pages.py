"""The tree in the administration: who may look, one level at a time, and each change in three steps."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.admin.tree_changes import CHANGES
from people.models import Affiliation, AuditEntry, Member, Office, Organisation, OrganisationState
from tests.cast import LONG_AGO, give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind

ROLES = {
    "county secretary": ("county", K.SECRETARY),
    "county deputy": ("county", K.DEPUTY),
    "security administrator": ("county", K.SECURITY_ADMINISTRATOR),
    "general branch secretary": ("general_branch", K.SECRETARY),
    "branch secretary": ("branch", K.SECRETARY),
    "committee member": ("county", K.COMMITTEE_MEMBER),
    "observer": ("county", K.OBSERVER),
    "editor": ("county", K.EDITOR),
    "system administrator": ("county", K.SYSTEM_ADMINISTRATOR),
    "audit administrator": ("county", K.AUDIT_ADMINISTRATOR),
    "leader elsewhere": ("elsewhere", K.SECRETARY),
    "member": (None, None),
}
ABOVE = {"county secretary", "county deputy"}
READERS = ABOVE | {"security administrator"}

TABLE = {
    "tree": READERS | {"general branch secretary", "leader elsewhere"},
    "county": READERS,
    "general_branch": READERS | {"general branch secretary"},
    "branch": READERS | {"general branch secretary"},
    "past of county": READERS,
    "past of branch": READERS | {"general branch secretary"},
    "found county": ABOVE,
    "found general_branch": ABOVE | {"general branch secretary"},
    **{f"{change} county": set() for change in CHANGES if change != "found"},
    **{f"{change} general_branch": ABOVE for change in CHANGES if change != "found"},
    **{f"{change} branch": ABOVE | {"general branch secretary"} for change in CHANGES},
}


@pytest.fixture(autouse=True)
def founded_long_ago(county, general_branch, branch, other_branch) -> None:
    OrganisationState.objects.update(since=LONG_AGO)


@pytest.fixture
def elsewhere(db: None) -> Organisation:
    return Organisation.objects.found(kind="committee", name="别县县委", on=LONG_AGO)


@pytest.fixture
def leader(client: Client, county: Organisation) -> Member:
    leader = make_member("leader")
    give_office(leader, county, K.SECRETARY)
    client.force_login(leader)
    return leader


def address(page: str, places: dict[str, Organisation]) -> str:
    if page == "tree":
        return reverse("people_tree")
    what, _, name = page.rpartition(" ")
    if what == "past of":
        return reverse("people_tree_past", args=[places[name].key])
    if what:
        return reverse("people_tree_change", args=[places[name].key, what])
    return reverse("people_tree_at", args=[places[name].key])


def at(place: Organisation, change: str) -> str:
    return reverse("people_tree_change", args=[place.key, change])


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look(client, request, county, general_branch, branch, elsewhere, role) -> None:
    viewer = make_member("viewer")
    place, kind = ROLES[role]
    if place:
        give_office(viewer, request.getfixturevalue(place), kind)
    client.force_login(viewer)
    places = {"county": county, "general_branch": general_branch, "branch": branch}

    opened = {page for page in TABLE if client.get(address(page, places)).status_code == 200}

    assert opened == {page for page, roles in TABLE.items() if role in roles}


def test_a_guessed_key_is_not_there_and_is_in_the_audit(client, county, branch, elsewhere) -> None:
    stranger = make_member("stranger")
    give_office(stranger, elsewhere, K.SECRETARY)
    client.force_login(stranger)

    for page in ("people_tree_at", "people_tree_past"):
        assert client.get(reverse(page, args=[branch.key])).status_code == 404
    posted = client.post(at(branch, "close"), {"on": "2026-01-01", "confirm": "1"})
    assert posted.status_code == 404
    refused = AuditEntry.objects.filter(action="tree.looked", outcome="refused", organisation=branch.key)
    assert refused.count() == 3
    assert client.get(reverse("people_tree_at", args=[uuid4()])).status_code == 404
    branch.refresh_from_db()
    assert branch.closed_on is None


def test_a_level_with_its_counts(
    client, leader, county, general_branch, branch, other_branch, member
) -> None:
    Affiliation.objects.create(member=member, branch=other_branch, kind="host", since=LONG_AGO)

    page = client.get(reverse("people_tree_at", args=[county.key]))

    lines = [(x.organisation, x.members, x.mobile, x.branches) for x in page.context["lines"]]
    assert lines == [(general_branch, 1, 1, 1), (other_branch, 0, 0, 0)]
    steps = [step["label"] for step in page.context["breadcrumbs_items"]]
    assert steps[-1] == "柳溪县委"


def test_groups_are_counted_by_their_own_members(client, leader, branch, member, secretary) -> None:
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch, on=LONG_AGO)
    member.affiliations.update(group=group)

    page = client.get(reverse("people_tree_at", args=[branch.key]))
    assert [(line.organisation, line.members) for line in page.context["lines"]] == [(group, 1)]


def test_search_finds_by_name_and_code_in_the_own_subtree_only(client, leader, county, elsewhere) -> None:
    found = Organisation.objects.found
    here = found(kind="branch", name="红星支部", name_en="Red Star", under=county, external_code="LX-07")
    found(kind="branch", name="红星支部", under=elsewhere, external_code="LX-08")

    for text in ("红星", "red star", "lx-0"):
        assert list(client.get(reverse("people_tree"), {"q": text}).context["found"]) == [here]


def test_closed_ones_are_listed_when_asked_for(client, leader, county, other_branch, today) -> None:
    Organisation.objects.filter(pk=other_branch.pk).update(closed_on=today)
    page = reverse("people_tree_at", args=[county.key])

    assert other_branch not in [line.organisation for line in client.get(page).context["lines"]]
    assert [x.organisation for x in client.get(page + "?closed").context["lines"]] == [other_branch]


def test_the_past_shows_the_offices_of_the_day(client, leader, branch, secretary, today) -> None:
    secretary.offices.update(until=today - timedelta(days=10))
    page = reverse("people_tree_past", args=[branch.key])

    assert list(client.get(page).context["offices"]) == []
    earlier = client.get(page, {"on": str(today - timedelta(days=11))})
    assert [office.member for office in earlier.context["offices"]] == [secretary]
    assert client.get(page, {"on": "2026-13-45"}).status_code == 200
    before = client.get(page, {"on": "2019-01-01"})
    assert before.context["chain"] == []
    assert AuditEntry.objects.filter(action="tree.looked", organisation=branch.key).count() == 4


STEPS = {
    "found": ("general_branch", {"kind": "branch", "name": "新支部", "name_en": "", "on": "TODAY"}),
    "rename": ("branch", {"name": "新名", "name_en": "New", "on": "TODAY"}),
    "describe": ("branch", {"sector": "village", "level": "", "external_code": "B7"}),
    "move": ("branch", {"place": "county", "on": "TODAY"}),
    "merge": ("branch", {"place": "other_branch", "on": "TODAY"}),
    "split": ("branch", {"name": "第二支部", "name_en": "", "members": "member", "on": "TODAY"}),
    "sector-line": ("branch", {"place": "committee"}),
    "close": ("other_branch", {"on": "TODAY"}),
}


@pytest.mark.parametrize("change", STEPS)
def test_a_change_is_filled_in_looked_at_and_confirmed(
    client, leader, county, general_branch, branch, other_branch, member, today, change
) -> None:
    committee = Organisation.objects.found(kind="committee", name="行业党委", under=county, on=LONG_AGO)
    keys = {"county": county, "other_branch": other_branch, "committee": committee, "member": member}
    place, filled = STEPS[change]
    this = {"general_branch": general_branch, "branch": branch, "other_branch": other_branch}[place]
    page = at(this, change)
    filled = {k: keys[v].key if v in keys else v.replace("TODAY", str(today)) for k, v in filled.items()}

    before = list(Organisation.objects.order_by("pk").values_list())
    assert client.get(page).status_code == 200
    preview = client.post(page, filled | {"preview": "1"})
    assert (preview.status_code, preview.context["preview"].problems) == (200, [])
    assert 'name="confirm"' in preview.content.decode()
    changing = client.post(page, filled | {"change": "1"})
    assert 'name="preview"' in changing.content.decode()
    assert list(Organisation.objects.order_by("pk").values_list()) == before

    done = client.post(page, filled | {"confirm": "1"})

    assert done.status_code == 302
    assert list(Organisation.objects.order_by("pk").values_list()) != before
    entry = AuditEntry.objects.get(action__startswith="tree.", outcome="done")
    assert (entry.actor, entry.address) == (leader.key, "127.0.0.0/24")


def test_a_preview_counts_who_gains_and_loses(client, leader, county, general_branch, branch, member) -> None:
    second = Organisation.objects.found(kind="general_branch", name="第二总支", under=county, on=LONG_AGO)
    for number, place in enumerate((general_branch, second, second)):
        give_office(make_member(f"o{number}"), place, K.DEPUTY)
    give_office(make_member("own"), branch, K.SECRETARY)

    page = client.post(at(branch, "move"), {"place": second.key, "on": "2026-06-01", "preview": "1"})

    preview = page.context["preview"]
    told = (preview.organisations, preview.members, preview.offices, preview.gains, preview.loses)
    assert told == (1, 1, 1, 2, 1)


def test_what_is_refused_says_why_and_changes_nothing(client, leader, other_branch, stranger, today) -> None:
    page = at(other_branch, "close")
    for step in ("preview", "confirm"):
        answer = client.post(page, {"on": str(today), step: "1"})
        assert answer.status_code == 200
        assert len(answer.context["preview"].problems) == 1
        assert 'name="confirm"' not in answer.content.decode()
    other_branch.refresh_from_db()
    assert other_branch.closed_on is None


def test_a_place_outside_the_own_subtree_is_no_choice(client, leader, branch, elsewhere, today) -> None:
    page = client.post(at(branch, "move"), {"place": elsewhere.key, "on": str(today), "confirm": "1"})

    assert page.status_code == 200
    assert page.context["form"].errors["place"]
    branch.refresh_from_db()
    assert branch.parent.name == "城关总支"


@pytest.mark.parametrize("page", ["county", "past of county", "move branch", "tree"])
def test_queries_do_not_grow_with_the_tree(leader, county, general_branch, branch, page) -> None:
    places = {"county": county, "branch": branch}
    costs = []
    for turn in range(2):
        client = Client()
        client.force_login(leader)
        client.get(address(page, places))
        with CaptureQueriesContext(connection) as asked:
            client.get(address(page, places))
        costs.append(len(asked))
        for number in range(30):
            place = Organisation.objects.found(
                kind="general_branch", name=f"第{number}总支", under=county, on=LONG_AGO
            )
            make_member(f"m{turn}x{number}", place)
    assert costs[0] == costs[1]
