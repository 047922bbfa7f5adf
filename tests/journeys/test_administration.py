"""Office holders in the administration: first page, the tree and a move looked at, the audit, a member."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor, faults

pytestmark = pytest.mark.journey

DESK = {"width": 1280, "height": 800}

WORDS = """() => {
    const main = document.querySelector("main");
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    const seen = [];
    while (walker.nextNode()) {
        const part = walker.currentNode.parentElement;
        if (part.checkVisibility() && !part.closest("main [lang], script, style, code")) {
            seen.push(walker.currentNode.data);
        }
    }
    return seen.join(" ");
}"""

NAMES_AND_NUMBERS = {"CSV", "Excel", "MB", "csv", "xlsx"}


def at_the_desk(somebody, number: str) -> Visitor:
    visitor: Visitor = somebody(viewport=DESK)
    visitor.sign_in(number, "/admin/")
    return visitor


def found_wrong(page: Page, known: set[str] = NAMES_AND_NUMBERS) -> list[str]:
    """English words in our content, faults of accessibility in it, and a page that is too wide."""
    page.wait_for_load_state()
    english = set(re.findall(r"[A-Za-z]{2,}", page.evaluate(WORDS))) - known
    wide = page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]
    return sorted(english) + faults(page) + (["too wide"] if wide else [])


def numbers(visitor: Visitor) -> set[str]:
    """Member numbers of the demonstration, and words of its names: they are not words of ours."""
    rows = visitor.served.rows("select number from people_member")
    return NAMES_AND_NUMBERS | {part for (number,) in rows for part in re.findall("[A-Za-z]+", number)}


def test_a_committee_s_secretary_looks_at_a_move_and_goes_back_without_a_change(served, somebody) -> None:
    secretary = at_the_desk(somebody, "committee")
    page = secretary.page
    doors = page.locator("main .office-doors a strong")
    assert doors.all_inner_texts() == ["党组织", "党员", "职务", "人员表格"]
    assert page.locator("main [role=search]").count() == 0
    assert page.locator("a[href*='//']:not([href^='http://127.0.0.1'])").count() == 0
    wrong = {"first page": found_wrong(page)}

    page.locator("main .office-doors a").first.click()
    page.wait_for_url("**/people/tree/")
    wrong["tree"] = found_wrong(page)
    page.fill("[name=q]", "青石村党支部")
    page.locator("main").get_by_role("button", name="查询").click()
    page.locator("main").get_by_role("link", name="青石村党支部").click()
    wrong["organisation"] = found_wrong(page)
    organisation = page.url
    before = served.rows("select path, parent_id from people_organisation order by id")
    page.locator("main").get_by_role("link", name="调整隶属关系").click()
    page.get_by_label("柳溪街道党总支").check()
    wrong["move"] = found_wrong(page)
    page.locator("main").get_by_role("button", name="先看一看").click()
    expect(page.locator("main .office-facts")).to_contain_text("柳溪街道党总支")
    expect(page.locator("main button[name=confirm]")).to_be_visible()
    wrong["preview"] = found_wrong(page)
    page.locator("main").get_by_role("link", name="不作变动，返回").click()
    page.wait_for_url(organisation)

    assert served.rows("select path, parent_id from people_organisation order by id") == before
    known = numbers(secretary)
    for path in ("/admin/people/offices/", "/admin/people/workbooks/"):
        assert secretary.open(path) == 200
        wrong[path] = found_wrong(page, known)
    assert wrong == {name: [] for name in wrong}


def test_the_auditor_searches_the_audit(somebody) -> None:
    auditor = at_the_desk(somebody, "auditor")
    page = auditor.page
    page.locator("main .office-doors a").click()
    page.wait_for_url("**/admin/audit/")
    page.get_by_label("操作人").fill("auditor")
    page.locator("main").get_by_role("button", name="查询").click()

    rows = page.locator("main tbody tr")
    expect(rows.first).to_contain_text("审计管理员")
    assert rows.count() == rows.filter(has_text="审计管理员").count()
    wrong = found_wrong(page)
    page.get_by_label("操作人").fill("nobody-of-this-number")
    page.locator("main").get_by_role("button", name="查询").click()
    expect(page.locator("main")).to_contain_text("没有这个编号的党员")
    assert wrong + found_wrong(page) == []


def test_the_security_administrator_opens_a_member(somebody) -> None:
    guard = at_the_desk(somebody, "secadmin")
    page = guard.page
    page.locator("main .office-doors a:has(strong:text-is('党员'))").click()
    page.wait_for_url("**/people/members/")
    known = numbers(guard)
    wrong = {"list": found_wrong(page, known)}
    page.fill("[name=q]", "李慧")
    page.locator("main").get_by_role("button", name="查询").click()
    page.locator("main tbody a").first.click()
    expect(page.locator("main h1")).to_have_text("李慧")
    wrong["member"] = found_wrong(page, known)
    page.locator("main").get_by_role("button", name="停用账号").click()
    wrong["before the act"] = found_wrong(page, known)
    page.locator("main").get_by_role("link", name="不作更改").click()
    page.wait_for_url("**/people/members/")

    assert wrong == {name: [] for name in wrong}


def test_at_360_pixels_nothing_is_wider_than_the_telephone(somebody) -> None:
    secretary = somebody()
    secretary.sign_in("committee", "/admin/")
    wide = []
    for path in ("", "people/tree/", "people/members/", "people/offices/", "people/workbooks/"):
        secretary.open(f"/admin/{path}")
        if secretary.page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
    assert wide == []
