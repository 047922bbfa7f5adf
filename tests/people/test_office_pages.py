"""The pages where offices are given, ended, handed over and delegated: fill in, look, confirm."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from people import appointments
from people.confirming import REFUSALS
from people.models import AuditEntry, Member, Office, Organisation
from tests.cast import give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind


@pytest.fixture
def county_leader(county: Organisation) -> Member:
    leader = make_member("county")
    give_office(leader, county, K.SECRETARY)
    return leader


@pytest.fixture
def group(branch: Organisation) -> Organisation:
    return Organisation.objects.found(kind="group", name="第一党小组", under=branch)


def in_admin(name: str, *args: object) -> str:
    return reverse(f"people_offices{name}", args=args)


def test_an_office_is_given_in_three_steps(client, county_leader, branch, member, today) -> None:
    client.force_login(county_leader)
    page = in_admin("_appoint", branch.key)
    filled = {"kind": "deputy", "member": "LIHUI", "since": today.isoformat(), "until": ""}

    preview = client.post(page, filled | {"preview": "1"})
    assert preview.status_code == 200
    assert "李慧 (lihui)" in preview.content.decode()
    assert (member.offices.count(), AuditEntry.objects.filter(action="office.given").count()) == (0, 0)

    changing = client.post(page, filled | {"change": "1"})
    assert 'name="preview"' in changing.content.decode()

    done = client.post(page, filled | {"confirm": "1"})
    assert (done.status_code, done.url) == (302, in_admin("_at", branch.key))
    office = member.offices.get()
    assert (office.kind, office.organisation, office.given_by) == ("deputy", branch, county_leader)
    entry = AuditEntry.objects.get(action="office.given")
    assert (entry.actor, entry.address) == (county_leader.key, "127.0.0.0/24")
    assert "李慧" in client.get(done.url).content.decode()


@pytest.mark.parametrize(
    ("filled", "words"),
    [
        ({"member": "nobody"}, _("No such member among those you see: %(numbers)s.") % {"numbers": "nobody"}),
        # there is one, whom the county does not see
        ({"member": "bianji"}, _("No such member among those you see: %(numbers)s.") % {"numbers": "bianji"}),
        ({"since": "2020-01-01"}, REFUSALS[appointments.DaysDoNotFit]),
        ({"kind": "visitor"}, REFUSALS[appointments.HeldAlready]),
        ({"member": "lihui zhangwei"}, ""),
        ({"kind": "editor"}, "editor"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    client, county_leader, editor, branch, member, secretary, today, filled, words
) -> None:
    give_office(member, branch, K.VISITOR)
    client.force_login(county_leader)
    whole = {"kind": "deputy", "member": "lihui", "since": today.isoformat(), "until": ""} | filled

    for step in ("preview", "confirm"):
        page = client.post(in_admin("_appoint", branch.key), whole | {step: "1"})
        assert page.status_code == 200
        assert str(words) in page.content.decode()
        assert 'name="confirm"' not in page.content.decode()
    assert member.offices.count() == 1
    assert AuditEntry.objects.filter(action="office.given").count() == 0


def test_the_list_is_filtered_and_finds_organisations(
    client, county_leader, secretary, stranger, branch, other_branch
) -> None:
    client.force_login(county_leader)
    page = client.get(in_admin(""), {"q": "东山", "when": "now"})

    assert [office.member for office in page.context["page"]] == [stranger]
    assert page.context["places"] == [other_branch]
    ended = client.get(in_admin(""), {"when": "ended"})
    assert list(ended.context["page"]) == []
    assert AuditEntry.objects.filter(action="office.looked").count() == 2


def test_the_list_costs_the_same_with_many_offices(
    client, county_leader, branch, django_assert_max_num_queries
) -> None:
    client.force_login(county_leader)
    client.get(in_admin(""))
    for number in range(3):
        give_office(make_member(f"few{number}", branch), branch, K.DEPUTY)
    with django_assert_max_num_queries(30) as few:
        client.get(in_admin(""))
    for number in range(40):
        give_office(make_member(f"many{number}", branch), branch, K.DEPUTY)
    with django_assert_max_num_queries(30) as many:
        assert len(client.get(in_admin("")).context["page"]) == 43
    assert len(many) == len(few)


def test_a_committee_is_handed_over(client, county_leader, secretary, member, branch, today) -> None:
    make_member("third", branch)
    client.force_login(county_leader)
    page = in_admin("_hand_over", branch.key)
    on = today + timedelta(days=1)
    filled = {"on": on.isoformat(), "secretary": "lihui", "deputies": "", "members": "zhangwei， third"}

    preview = client.post(page, filled | {"preview": "1"}).content.decode()
    assert "张伟 (zhangwei)、党员third (third)" in preview
    assert Office.objects.count() == 2
    assert client.post(page, filled | {"confirm": "1"}).status_code == 302

    now_held = Office.objects.held_on(on).filter(organisation=branch)
    assert set(now_held.values_list("member__number", "kind")) == {
        ("lihui", "secretary"), ("zhangwei", "committee_member"), ("third", "committee_member"),
    }  # fmt: skip


def test_an_office_is_ended_and_opens_nothing_from_then_on(
    client, county_leader, secretary, branch, member, today
) -> None:
    client.force_login(county_leader)
    office = secretary.offices.get()
    page = in_admin("_end", branch.key, office.pk)
    yesterday = today - timedelta(days=1)

    assert client.post(page, {"last_day": yesterday.isoformat(), "preview": "1"}).status_code == 200
    office.refresh_from_db()
    assert office.until is None
    assert client.post(page, {"last_day": yesterday.isoformat(), "confirm": "1"}).status_code == 302
    office.refresh_from_db()
    assert office.until == yesterday

    visit = Client()
    visit.force_login(secretary)
    assert visit.get(f"/overview/{branch.key}/").status_code == 404


def test_a_guessed_organisation_is_not_there_and_the_audit_knows(
    client, general_branch, branch, other_branch, today
) -> None:
    leader = make_member("general")
    give_office(leader, general_branch, K.SECRETARY)
    client.force_login(leader)
    for name in ("_at", "_appoint", "_hand_over"):
        assert client.get(in_admin(name, other_branch.key)).status_code == 404
        assert client.get(in_admin(name, branch.key)).status_code == 200
    refused = AuditEntry.objects.filter(outcome="refused", action="office.looked")
    assert set(refused.values_list("actor", "organisation")) == {(leader.key, other_branch.key)}
    assert refused.count() == 3


def test_the_security_administrator_appoints_at_the_top(client, county, secretary, member, today) -> None:
    security = make_member("security")
    give_office(security, county, K.SECURITY_ADMINISTRATOR)
    client.force_login(security)
    filled = {"kind": "audit_administrator", "member": "lihui", "since": today.isoformat(), "until": ""}

    assert client.post(in_admin("_appoint", county.key), filled | {"confirm": "1"}).status_code == 302
    assert member.offices.get().kind == "audit_administrator"
    again = filled | {"kind": "system_administrator"}
    assert client.post(in_admin("_appoint", county.key), again | {"confirm": "1"}).status_code == 200
    assert member.offices.count() == 1


def test_a_higher_leader_delegates_and_takes_back_in_the_administration(
    client, county_leader, county, member, today
) -> None:
    client.force_login(county_leader)
    office = county_leader.offices.get()
    filled = {"member": "lihui", "since": today.isoformat(), "until": today.isoformat()}
    assert client.post(in_admin("_delegate", office.pk), filled | {"confirm": "1"}).status_code == 302
    lent = member.offices.get()
    assert (lent.stands_in_for, lent.kind, lent.until) == (office, "secretary", today)
    assert "李慧" in client.get(in_admin("")).content.decode()
    assert client.get(in_admin("_delegate", lent.pk)).status_code == 404

    visit = Client()
    visit.force_login(member)
    assert visit.get(in_admin("")).status_code == 200
    assert visit.get(in_admin("_delegate", lent.pk)).status_code == 404
    assert visit.get(in_admin("_take_back", lent.pk)).status_code == 404
    assert client.post(in_admin("_take_back", lent.pk), {"confirm": "1"}).status_code == 302


SITE = {
    # page: who finds it
    "offices": {
        "secretary", "deputy", "committee member", "group leader", "visitor", "county", "editor", "stranger",
    },
    "office_name": {"secretary", "deputy"},
    "office_end": {"secretary", "deputy"},
    "office_delegate": {"secretary"},  # it is the secretary's own
}  # fmt: skip


@pytest.mark.parametrize("page", list(SITE))
def test_who_may_look(client, branch, group, county, other_branch, page) -> None:
    people = {
        "member": (None, None),
        "secretary": (K.SECRETARY, branch),
        "deputy": (K.DEPUTY, branch),
        "committee member": (K.COMMITTEE_MEMBER, branch),
        "group leader": (K.GROUP_LEADER, group),
        "visitor": (K.VISITOR, branch),
        "county": (K.SECRETARY, county),
        "editor": (K.EDITOR, county),
        "stranger": (K.SECRETARY, other_branch),
    }
    offices, members = {}, {}
    for number, (name, (kind, place)) in enumerate(people.items()):
        members[name] = make_member(f"m{number}", branch)
        offices[name] = give_office(members[name], place, kind) if kind else None
    address = {
        "offices": reverse("people:offices"),
        "office_name": reverse("people:office_name", args=[branch.key]),
        "office_end": reverse("people:office_end", args=[branch.key, offices["visitor"].pk]),
        "office_delegate": reverse("people:office_delegate", args=[offices["secretary"].pk]),
    }[page]

    assert client.get(address).url == f"/sign-in/?next={address}"
    found = set()
    for name, looking in members.items():
        visit = Client()
        visit.force_login(looking)
        status = visit.get(address).status_code
        assert status in {200, 404}
        if status == 200:
            found.add(name)
    assert found == SITE[page]


def test_a_branch_names_a_visitor_and_a_group_leader(client, secretary, member, branch, group, today) -> None:
    client.force_login(secretary)
    page = reverse("people:office_name", args=[branch.key])
    filled = {"member": "lihui", "since": today.isoformat(), "until": ""}

    preview = client.post(page, filled | {"kind": "visitor", "preview": "1"}).content.decode()
    assert ("李慧 (lihui)" in preview, member.offices.count()) == (True, 0)
    for kind in ("visitor", str(group.key)):
        done = client.post(page, filled | {"kind": kind, "confirm": "1"})
        assert (done.status_code, done.url) == (302, reverse("people:offices"))
    assert set(member.offices.values_list("kind", "organisation")) == {
        ("visitor", branch.pk), ("group_leader", group.pk),
    }  # fmt: skip
    assert client.get(done.url).content.decode().count("李慧") == 2

    visitor = member.offices.get(kind="visitor")
    end = reverse("people:office_end", args=[branch.key, visitor.pk])
    assert client.post(end, {"last_day": today.isoformat(), "confirm": "1"}).status_code == 302
    visitor.refresh_from_db()
    assert visitor.until == today


def test_a_branch_does_not_end_what_it_did_not_name(
    client, secretary, branch, general_branch, member
) -> None:
    deputy = give_office(member, branch, K.DEPUTY)
    elsewhere = give_office(member, general_branch, K.VISITOR)
    client.force_login(secretary)
    for office in (deputy, elsewhere):
        page = reverse("people:office_end", args=[branch.key, office.pk])
        assert client.get(page).status_code == 404
        assert (
            client.get(reverse("people:office_end", args=[general_branch.key, office.pk])).status_code == 404
        )


def test_a_secretary_delegates_on_the_site(client, secretary, member, today) -> None:
    client.force_login(secretary)
    office = secretary.offices.get()
    page = reverse("people:office_delegate", args=[office.pk])
    filled = {"member": "lihui", "since": today.isoformat(), "until": today.isoformat()}

    assert client.post(page, filled | {"preview": "1"}).status_code == 200
    assert member.offices.count() == 0
    assert client.post(page, filled | {"confirm": "1"}).status_code == 302
    lent = member.offices.get()
    assert "李慧" in client.get(reverse("people:offices")).content.decode()
    assert (
        client.post(reverse("people:office_take_back", args=[lent.pk]), {"confirm": "1"}).status_code == 302
    )


def test_the_page_of_own_offices_costs_the_same_with_many_names(
    client, secretary, branch, django_assert_max_num_queries
) -> None:
    client.force_login(secretary)
    for number in range(2):
        give_office(make_member(f"few{number}", branch), branch, K.VISITOR)
    client.get(reverse("people:offices"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("people:offices"))
    for number in range(30):
        give_office(make_member(f"many{number}", branch), branch, K.VISITOR)
    with django_assert_max_num_queries(20) as many:
        client.get(reverse("people:offices"))
    assert len(many) == len(few)
