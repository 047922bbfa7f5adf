"""Who enters the administration, and what Wagtail shows there: it follows from the offices held today."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import GroupCollectionPermission, GroupPagePermission
from wagtail.snippets.models import get_snippet_models

from people.admin.groups import PEOPLE, SETTINGS, grant_office_holders, groups_of
from people.middleware import project_offices
from people.models import Member, Office, Organisation
from tests.cast import give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind

GROUPS = {
    # office and place: groups of Wagtail
    (K.SECRETARY, "county"): {PEOPLE},
    (K.DEPUTY, "general_branch"): {PEOPLE},
    (K.SECRETARY, "branch"): set(),
    (K.COMMITTEE_MEMBER, "county"): set(),
    (K.OBSERVER, "county"): set(),
    (K.VISITOR, "branch"): set(),
    (K.EDITOR, "county"): {"Editors"},
    (K.REVIEWER, "county"): {"Moderators"},
    (K.SYSTEM_ADMINISTRATOR, "county"): {PEOPLE, SETTINGS},
    (K.AUDIT_ADMINISTRATOR, "county"): {PEOPLE},
    (K.SECURITY_ADMINISTRATOR, "county"): {PEOPLE},
}


def holder_of(kind: str, place: Organisation) -> Member:
    holder = make_member("holder")
    give_office(holder, place, kind)
    return holder


@pytest.mark.parametrize(("kind", "place"), list(GROUPS))
def test_groups_follow_from_the_office(request, client, kind, place) -> None:
    holder = holder_of(kind, request.getfixturevalue(place))
    client.force_login(holder)
    wanted = GROUPS[kind, place]

    assert client.get("/admin/").status_code == (200 if wanted else 404)
    assert groups_of(holder.offices.all()) == wanted
    if wanted:
        assert set(holder.groups.values_list("name", flat=True)) == wanted


def test_an_office_that_ended_yesterday_opens_nothing(client, county, today) -> None:
    leader = holder_of(K.SECRETARY, county)
    client.force_login(leader)
    assert client.get("/admin/").status_code == 200
    leader.offices.update(until=today - timedelta(days=1))

    for address in ("/admin/", "/admin/account/", reverse("people_offices")):
        assert client.get(address).status_code == 404
    assert leader.groups.count() == 0


def test_an_office_that_begins_tomorrow_opens_nothing_yet(client, county, today) -> None:
    leader = holder_of(K.SECRETARY, county)
    leader.offices.update(since=today + timedelta(days=1))
    client.force_login(leader)

    assert client.get("/admin/").status_code == 404


def test_the_groups_permit_what_they_are_for_and_no_more(db) -> None:
    people, settings = Group.objects.get(name=PEOPLE), Group.objects.get(name=SETTINGS)

    assert list(people.permissions.values_list("codename", flat=True)) == ["access_admin"]
    models = set(settings.permissions.values_list("content_type__model", flat=True))
    assert models == {"admin", "site", "locale", "redirect", "workflow", "task"}
    assert GroupPagePermission.objects.filter(group__in=[people, settings]).count() == 0
    collections = GroupCollectionPermission.objects.filter(group__in=[people, settings])
    assert set(collections.values_list("group__name", "permission__codename")) == {
        (SETTINGS, "add_collection"), (SETTINGS, "change_collection"), (SETTINGS, "delete_collection"),
    }  # fmt: skip


def test_granting_twice_changes_nothing(db) -> None:
    def granted() -> list:
        return list(Group.objects.order_by("pk").values_list("pk", "name", "permissions__codename"))

    before = granted()
    grant_office_holders()

    assert granted() == before


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (K.SECRETARY, set()),
        (K.AUDIT_ADMINISTRATOR, set()),
        (K.SECURITY_ADMINISTRATOR, set()),
        (K.SYSTEM_ADMINISTRATOR, {"settings"}),
        (K.EDITOR, {"explorer", "images", "documents"}),
    ],
)
def test_the_menu_has_nothing_of_wagtail_that_does_not_open(rf, county, lesson, kind, names) -> None:
    from wagtail.admin.menu import admin_menu

    holder = holder_of(kind, county)
    project_offices(holder)
    request = rf.get("/admin/")
    request.user = holder
    shown = {item.name for item in admin_menu.menu_items_for_request(request)}

    of_wagtail = {"explorer", "images", "documents", "snippets", "settings", "reports", "users", "groups"}
    assert shown & of_wagtail == names


def test_no_person_is_a_snippet() -> None:
    assert not {model.__name__ for model in get_snippet_models()} & {
        "Member", "Affiliation", "Office", "Pairing", "HomeStudy", "Standing", "Organisation",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [K.EDITOR, K.SYSTEM_ADMINISTRATOR, K.SECURITY_ADMINISTRATOR])
@pytest.mark.parametrize(
    "address",
    ["/admin/users/", "/admin/groups/", "/admin/reports/site-history/", "/admin/reports/locked/",
     "/admin/bulk/people/member/delete/", "/admin/password_reset/", "/admin/reports/workflow/"],
)  # fmt: skip
def test_wagtails_lists_of_people_open_to_nobody(client, county, kind, address) -> None:
    client.force_login(holder_of(kind, county))

    assert client.get(address).status_code == 404


def test_not_even_to_a_superuser(client, county) -> None:
    holder = holder_of(K.EDITOR, county)
    Member.objects.filter(pk=holder.pk).update(is_superuser=True)
    client.force_login(holder)

    assert client.get("/admin/users/").status_code == 404


def test_wagtails_sign_in_is_ours(client) -> None:
    assert client.get("/admin/login/", {"next": "/admin/"}).url == "/sign-in/?next=%2Fadmin%2F"
    assert client.get("/admin/").url == "/sign-in/?next=/admin/"


def test_the_navigation_leads_to_the_administration(client, county, secretary) -> None:
    leader = holder_of(K.SECRETARY, county)
    client.force_login(leader)
    assert 'href="/admin/"' in client.get("/record/").content.decode()
    client.force_login(secretary)
    assert 'href="/admin/"' not in client.get("/record/").content.decode()
