"""Forty people on the roll by one thumb; what is tapped without a network is kept and sent."""

from __future__ import annotations

import json
from datetime import timedelta

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Served, Visitor, faults

pytestmark = pytest.mark.journey

BRANCH = "柳溪社区第一党支部"

FORTY = """
    with branch as (select id from people_organisation where name = %s),
        new as (insert into people_member (key, number, name, name_latin, password, is_active, is_superuser,
                prefers_large_print)
            select gen_random_uuid(), 'roll' || n + (select count(*) from people_member), '点名' || n,
                'Roll ' || lpad(n::text, 2, '0'), '!', true, false, false
            from generate_series(1, %s) n returning id)
    insert into people_affiliation (member_id, branch_id, kind, since)
        select new.id, branch.id, 'home', date '2020-01-01' from new, branch
"""


def fill_up(served: Served, page: Page, *, to: int) -> None:
    """So many more members that the roll names forty people."""
    missing = to - page.locator("[data-expected] li").count()
    with psycopg.connect(served.database) as connection:
        connection.execute(FORTY, (BRANCH, missing))


KEPT = "Object.keys(localStorage).filter(name => name.startsWith('roll '))"


def wait_until_sent(page: Page) -> None:
    """Until nothing waits on this device."""
    for _ in range(100):
        if not page.evaluate(KEPT):
            return
        page.wait_for_timeout(100)
    raise AssertionError("something still waits on the device")


def tap(page: Page, selector: str, nth: int = 0) -> int:
    page.locator(selector).nth(nth).click()
    return 1


def test_forty_people_are_on_the_roll_in_a_few_taps(served: Served, somebody) -> None:
    secretary: Visitor = somebody()
    secretary.sign_in("secretary")
    secretary.open("/meetings/")
    page = secretary.page
    assert faults(page) == []
    ((key,),) = served.rows(
        "select m.key from meetings_meeting m join people_organisation o on o.id = m.branch_id"
        " where o.name = %s and m.closed_at is null and m.called_off_at is null and m.starts_at < now()"
        " order by m.starts_at limit 1", BRANCH
    )  # fmt: skip
    secretary.open(f"/meetings/{key}/")
    fill_up(served, page, to=40)
    page.reload()
    assert page.locator("[data-expected] li").count() == 40
    assert faults(page) == []

    taps = sum(tap(page, "[data-expected] .call__here", n) for n in range(3))
    wait_until_sent(page)
    secretary.context.set_offline(True)
    taps += tap(page, "[data-expected] li:nth-child(4) [value=leave]")
    taps += tap(page, "[data-expected] li:nth-child(5) [value=late]")
    page.locator("[data-expected] li:nth-child(5) [type=time]").fill("19:20")
    kept = page.evaluate(KEPT)
    assert len(json.loads(page.evaluate("name => localStorage[name]", kept[0]))) == 2
    secretary.context.set_offline(False)
    page.reload()
    wait_until_sent(page)
    page.reload()
    assert page.locator("[data-expected] li:nth-child(5) [value=late]").is_checked()
    taps += tap(page, "button[value=rest]")
    expect(page.locator("[data-count=present]")).to_have_text("38")
    taps += tap(page, "button[value=close]")
    page.wait_for_url(f"**/meetings/{key}/close/")
    assert faults(page) == []
    taps += tap(page, "main form button")
    page.wait_for_url(f"**/meetings/{key}/")
    assert faults(page) == []

    assert taps <= 41
    counted = served.rows(
        "select seconds / 60, count(*) from hours_studyrecord where source = 'meeting'"
        " and evidence->>'meeting' = %s group by 1 order by 1", str(key)
    )  # fmt: skip
    assert counted == [(70, 1), (90, 38)]
    assert page.evaluate(KEPT) == []


def test_marks_that_come_after_closing_are_told_and_not_lost(served: Served, somebody) -> None:
    first, second = somebody(), somebody()
    for one in (first, second):
        one.sign_in("secretary")
        one.open("/meetings/")
    first.page.locator("main p a.btn").click()
    first.page.wait_for_url("**/new/")
    assert faults(first.page) == []
    ((yesterday,),) = served.rows("select (now() at time zone 'Asia/Shanghai')::date - 1")
    first.page.fill("[name=day]", f"{yesterday - timedelta(days=1)}")
    first.page.fill("[name=begins]", "08:00")
    first.page.fill("[name=ends]", "09:00")
    first.page.locator("main form button").first.click()
    first.page.wait_for_url("**/meetings/*-*/")
    roll = first.page.url
    second.page.goto(roll)
    second.context.set_offline(True)
    second.page.locator("[data-expected] .call__here").nth(1).click()
    first.page.locator("[data-expected] .call__here").nth(0).click()
    first.page.locator("button[value=close]").click()
    first.page.wait_for_url("**/close/")
    first.page.locator("main form button").click()
    first.page.wait_for_url(roll)
    second.context.set_offline(False)
    second.page.goto(roll)

    expect(second.page.locator("[data-too-late]")).to_be_visible()
    second.page.goto(roll + "correct/")
    expect(second.page.locator("[data-too-late] li")).to_have_count(1)
    assert faults(second.page) == []
    second.page.click("[data-forget]")
    expect(second.page.locator("[data-too-late]")).to_be_hidden()
