"""
What a member says is not right: the branch answers with a correction, a second person confirms it, the member
sees all of it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Served, Visitor, faults

pytestmark = pytest.mark.journey

WIDE = {"width": 1280, "height": 800}
OBJECTION = "那天我提前十分钟就离开了，多记了。"

MEETING = (
    "select r.id, lower(r.counted) at time zone 'Asia/Shanghai',"
    " upper(r.counted) at time zone 'Asia/Shanghai'"
    " from hours_studyrecord r join people_member m on m.key = r.member_key"
    " where m.number = 'member' and r.source = 'meeting' and r.standing = 'counted'"
    " and extract(year from r.started_at at time zone 'Asia/Shanghai')"
    " = extract(year from now() at time zone 'Asia/Shanghai')"
    " and not exists (select from hours_studyrecord c where c.corrects_id = r.id)"
    " and not exists (select from hours_objection o where o.record_id = r.id) order by r.id limit 1"
)


def total(served: Served) -> int:
    """The seconds of the member's ledger."""
    ((seconds,),) = served.rows(
        "select sum(seconds)::int from hours_studyrecord r join people_member m on m.key = r.member_key"
        " where m.number = 'member'"
    )
    return seconds


def test_an_objection_its_correction_and_the_second_person(served: Served, somebody) -> None:
    ((pk, begin, end),) = served.rows(MEETING)
    before, minutes = total(served), int((end - begin).total_seconds()) // 60
    member: Visitor = somebody()
    member.sign_in("member", f"/record/{pk}/objection/")
    member.page.fill("textarea[name=text]", OBJECTION)
    member.page.locator("main form button").click()
    member.page.wait_for_url(f"**/record/{pk}/")

    secretary: Visitor = somebody(viewport=WIDE)
    secretary.sign_in("secretary", "/objections/")
    page = secretary.page
    assert faults(page) == []
    page.locator("li", has_text=OBJECTION).get_by_role("link").click()
    page.locator(f"main a[href='/record/{pk}/correct/']").click()
    assert faults(page) == []
    leaves = (
        f"{end:%H}:{end.minute - 10:02}" if end.minute >= 10 else f"{end.hour - 1:02}:{end.minute + 50:02}"
    )
    page.fill("[name=stretch-0-end]", f"{leaves}:00")
    page.fill("textarea[name=reason]", "本人说明提前离开，已核对签到表。")
    page.click("button[name=preview]")
    expect(page.locator("main")).to_contain_text(f"{minutes - 10}")
    assert total(served) == before
    page.click("button[name=confirm]")
    page.wait_for_url("**/objections/*/")
    assert faults(page) == []
    page.fill("textarea[name=text]", "谢谢您的说明，已经提出更正，由上级确认后生效。")
    page.locator("main form button").click()
    page.wait_for_url("**/objections/")
    assert total(served) == before

    second: Visitor = somebody(viewport=WIDE)
    second.sign_in("committee", "/awaiting/?kind=correction")
    assert faults(second.page) == []
    second.page.locator("li", has_text="已核对签到表").locator("input[name=record]").check()
    second.page.click("button[name=confirm]")
    second.page.wait_for_url("**/awaiting/?kind=correction")
    expect(second.page.locator(".messages .success")).to_be_visible()
    assert total(served) == before - 600

    member.open(f"/record/{pk}/")
    seen = member.page.locator("main")
    expect(seen).to_contain_text(OBJECTION)
    expect(seen).to_contain_text("本人说明提前离开，已核对签到表。")
    expect(seen).to_contain_text("谢谢您的说明，已经提出更正，由上级确认后生效。")
    assert faults(member.page) == []
