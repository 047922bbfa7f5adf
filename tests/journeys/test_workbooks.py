"""A workbook of people from the template to the way back, with the real server, browser and worker."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, Served, Visitor

pytestmark = pytest.mark.journey

PAGES = "/admin/people/workbooks/"
HEADINGS = ("党员编号", "姓名", "组织关系所在支部", "所在党支部起始日期")
DESK = {"width": 1280, "height": 800}


def filled(template: bytes, branch: str, *, wrong: bool) -> bytes:
    """Ten new members on the sheet of the template; three of them wrong, or none."""
    book: Workbook = load_workbook(io.BytesIO(template))
    sheet = book["党员"]
    places = {re.sub(r"\W", "", str(cell.value)): cell.column for cell in sheet[1]}
    number, name, home, since = (places[heading] for heading in HEADINGS)
    for n in range(10):
        row = 2 + n
        sheet.cell(row, number, f"journey{n}")
        sheet.cell(row, name, f"旅客{'甲乙丙丁戊己庚辛壬癸'[n]}")
        sheet.cell(row, home, branch)
        sheet.cell(row, since, "2026-03-01")
    if wrong:
        sheet.cell(3, name, "")
        sheet.cell(5, home, "没有的支部")
        sheet.cell(8, since, "三月")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def send(page: Page, path: Path) -> None:
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="核对表格").click()


def is_narrow_enough(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def members(served: Served) -> int:
    return served.rows("select count(*) from people_member where number like 'journey%'")[0][0]


def test_a_workbook_is_corrected_written_and_taken_back(
    somebody, served: Served, worker: None, tmp_path: Path
) -> None:
    visitor: Visitor = somebody(viewport=DESK)
    page, said = visitor.page, []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    visitor.sign_in("committee", PAGES)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载模板").click()
    template = Path(fetched.value.path()).read_bytes()
    branch = served.rows(
        "select p.name || '/' || o.name from people_organisation o join people_organisation p"
        " on p.id = o.parent_id where o.kind = 'branch' and o.closed_on is null order by o.path limit 1"
    )[0][0]
    wrong, right = tmp_path / "名册.xlsx", tmp_path / "名册改.xlsx"
    wrong.write_bytes(filled(template, branch, wrong=True))
    right.write_bytes(filled(template, branch, wrong=False))

    send(page, wrong)
    listed = page.locator("tr", has=page.locator("td:first-child", has_text="党员"))
    expect(page.locator("main")).to_contain_text("没有的支部")
    for place, words in (("3", "必须填写"), ("5", "没有的支部"), ("8", "三月")):
        expect(listed.filter(has=page.get_by_text(place, exact=True)).first).to_contain_text(words)
    assert members(served) == 0
    page.set_viewport_size(PHONE)
    assert is_narrow_enough(page)
    page.set_viewport_size(DESK)

    visitor.open(PAGES)
    send(page, right)
    page.get_by_role("button", name="写入", exact=True).click()
    expect(page.locator("main")).to_contain_text("已写入")
    assert members(served) == 10
    page.set_viewport_size(PHONE)
    assert is_narrow_enough(page)
    page.set_viewport_size(DESK)

    page.get_by_role("button", name="撤回导入").click()
    expect(page).to_have_url(served.url + PAGES)
    expect(page.locator(".messages")).to_contain_text("导入已撤回")
    assert members(served) == 0
    assert said == []
