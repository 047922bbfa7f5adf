"""A rule is proposed by the system administrator, approved by the committee, and read by a member."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import faults

pytestmark = pytest.mark.journey

DESK = {"width": 1280, "height": 800}
NEXT_YEAR = "2099-01-01"


def test_a_rule_from_the_proposal_to_the_member_s_page(served, somebody) -> None:
    author = somebody()
    author.sign_in("sysadmin", "/rules/")
    page = author.page
    page.locator("#yearly_hours_member a[href*='/rules/propose/']").click()
    page.locator("#id_number").fill("40")
    page.locator("#id_valid_from").fill(NEXT_YEAR)
    page.locator("#id_source").fill("县委2098年第12号通知")
    wrong = {"form": faults(page)}
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r"/rules/proposals/[0-9a-f-]{36}/$"))
    address = page.url.removeprefix(served.url)
    expect(page.locator("main button[name=act][value=withdraw]")).to_be_visible()
    assert page.locator("main button[value=approve]").count() == 0
    assert page.locator("#who-title").count() == 0
    wrong["author"] = faults(page)

    committee = somebody(viewport=DESK)
    committee.sign_in("committee", "/rules/")
    committee.page.locator(f"main a[href='{address}']").click()
    expect(committee.page.locator("#who-title")).to_be_visible()
    assert committee.page.locator("section:has(> #who-title) li").count() == 20
    wrong["preview"] = faults(committee.page)
    committee.page.locator("main button[value=approve]").click()
    expect(committee.page.locator(".messages .success")).to_be_visible()

    member = somebody()
    member.sign_in("member", "/rules/")
    card = member.page.locator("#yearly_hours_member")
    expect(card).to_contain_text("县委2098年第12号通知")
    expect(card).to_contain_text("40")
    assert card.locator("a[href*='/rules/propose/']").count() == 0
    wrong["rules"] = faults(member.page)
    assert member.page.evaluate("document.documentElement.scrollWidth") == 360
    assert wrong == {name: [] for name in wrong}
    ((value, author_number, approver_number),) = served.rows(
        "select r.value, a.number, b.number from hours_rule r join people_member a on a.id = r.author_id"
        " join people_member b on b.id = r.approver_id where r.valid_from = %s",
        NEXT_YEAR,
    )
    assert (value, author_number, approver_number) == (40, "sysadmin", "committee")
