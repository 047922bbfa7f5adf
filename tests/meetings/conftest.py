"""People for the tests of meetings, beside the common cast."""

from __future__ import annotations

from datetime import date

import pytest

from people.models import Affiliation, HomeStudy, Member, MobileRegistration, Office, Organisation
from tests.cast import LONG_AGO, give_office, make_member

REVIEW = date(2099, 1, 1)


@pytest.fixture
def deputy(branch: Organisation) -> Member:
    deputy = make_member("fushuji", branch, name="赵敏", name_latin="Zhao Min")
    give_office(deputy, branch, Office.Kind.DEPUTY)
    return deputy


@pytest.fixture
def group(branch: Organisation, member: Member) -> Organisation:
    """A group of the branch; `member` is in it."""
    group = Organisation.objects.found(kind="group", name="第一党小组", under=branch)
    Affiliation.objects.filter(member=member).update(group=group)
    return group


@pytest.fixture
def group_leader(branch: Organisation, group: Organisation) -> Member:
    leader = make_member("zuzhang", branch, name="孙丽", name_latin="Sun Li")
    Affiliation.objects.filter(member=leader).update(group=group)
    give_office(leader, group, Office.Kind.GROUP_LEADER)
    return leader


@pytest.fixture
def at_home(branch: Organisation) -> Member:
    """Studies at home."""
    found = make_member("laodang", branch, name="王秀英", name_latin="Wang Xiuying")
    HomeStudy.objects.create(member=found, since=LONG_AGO, review_on=REVIEW)
    return found


@pytest.fixture
def away(branch: Organisation, other_branch: Organisation) -> Member:
    """Registered out as mobile; a guest of the other branch."""
    found = make_member("liudong", branch, name="孙立民", name_latin="Sun Limin")
    Affiliation.objects.create(member=found, branch=other_branch, kind="host", since=LONG_AGO)
    MobileRegistration.objects.create(
        member=found, branch=branch, receiving=other_branch, since=LONG_AGO, months=12
    )
    return found


@pytest.fixture
def guest(branch: Organisation, other_branch: Organisation) -> Member:
    """At home in the other branch, with this one for now."""
    found = make_member("keren", other_branch, name="何文", name_latin="He Wen")
    Affiliation.objects.create(member=found, branch=branch, kind="host", since=LONG_AGO)
    return found
