"""
From a Word file to its reader: brought in, sent back, approved for another day, published, read. And back: a
changed passage and a reader's report reach the desk. What is done at the desk is done by keyboard alone.
"""

from __future__ import annotations

import io
import re
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from django.utils.timezone import localdate, localtime, now
from docx.oxml.ns import qn
from playwright.sync_api import Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as NothingHappened

from tests.courses.brought import with_footnote
from tests.intake.files import picture, word
from tests.journeys.conftest import Served, Visitor, faults
from tests.journeys.far_away import elsewhere
from tests.journeys.test_administration import DESK, NAMES_AND_NUMBERS, at_the_desk, found_wrong

pytestmark = pytest.mark.journey

COURSE = "入户谈心讲义"
TITLE = "贴在墙上的意见表"
ADDED = "去年有个村把表减到三栏，一个月收回六十张。"
ASKED = "例子有了，请写明是哪一年。"
REMARK = "这一句可以更短。"


def press(thing: Locator, key: str = "Enter") -> None:
    """What can be reached by keyboard is used by keyboard."""
    for _again in range(4):  # where the editor draws its place anew meanwhile, the focus is lost
        thing.focus()
        with suppress(AssertionError):
            expect(thing).to_be_focused(timeout=1500)
            break
    expect(thing).to_be_focused()
    thing.page.keyboard.press(key)


def typed(field: Locator, words: str) -> None:
    field.focus()
    expect(field).to_be_focused()
    field.page.keyboard.insert_text(words)


def from_the_desk(visitor: Visitor, section: str, title: str = TITLE) -> Page:
    visitor.open("/admin/desk/")
    row = visitor.page.locator(f"section[aria-labelledby={section}] li", has_text=title)
    press(row.get_by_role("link").first)
    visitor.page.wait_for_url("**/edit/")
    visitor.page.wait_for_load_state("networkidle")
    return visitor.page


def is_an_act(request: Request) -> bool:
    """Sent by a button of the menu: the form, or the question that comes before a decision."""
    return request.is_navigation_request() or "/workflow/collect_action_data/" in request.url


def act(page: Page, name: str) -> None:
    """
    Open the menu of what can be done, and do it.

    The menu closes whenever the page keeps a draft meanwhile; it is opened again, until the act was sent.
    """
    item = page.locator(f"footer [name='{name}'], footer [data-workflow-action-name='{name}']").first
    toggle = page.locator("footer .w-dropdown__toggle").first
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with page.expect_request(is_an_act, timeout=1500):
                if not item.is_visible() and reached(toggle):
                    page.keyboard.press("Enter")
                    item.wait_for(timeout=1500)
                if reached(item):
                    page.keyboard.press("Enter")
        except NothingHappened:
            page.keyboard.press("Escape")  # a comment keeps what is focused within it, until one leaves it
        else:
            return
    raise AssertionError(f"{name} could not be done")


def reached(thing: Locator) -> bool:
    """Focus goes there; not to what a menu hides that was closed meanwhile."""
    thing.focus()
    return bool(thing.evaluate("it => it === document.activeElement"))


def told_in_the_dialogue(page: Page, *, comment: str = "", day: str = "") -> None:
    dialogue = page.locator(".modal-content")
    expect(dialogue.locator("[name=comment]")).to_be_visible()
    if day:
        dialogue.locator("[name=go_live_at]").fill(day)
    if comment:
        typed(dialogue.locator("[name=comment]"), comment)
    press(dialogue.locator("button[type=submit]"))
    page.wait_for_url(lambda url: "/edit/" not in url)


IN_THE_FORM = """
    words => [...document.querySelectorAll("[data-contentpath=body] input[type=hidden]")]
        .some(field => field.value.includes(words))
"""
"""The field of a paragraph hands over what was typed a quarter of a second later."""


def submitted_again(editor: Visitor, words: str) -> None:
    page = from_the_desk(editor, "returned")
    paragraph = page.locator("[data-contentpath=body] .public-DraftEditor-content").first
    press(paragraph, "Control+End")
    page.keyboard.insert_text(words)
    page.wait_for_function(IN_THE_FORM, arg=words)
    act(page, "action-submit")
    page.wait_for_url(lambda url: "/edit/" not in url)


def commented(page: Page, words: str) -> None:
    press(page.locator("[data-contentpath=summary] [data-comment-add]"))
    expect(page.locator("#comments .comment textarea").last).to_be_visible()
    typed(page.locator("#comments .comment textarea").last, words)
    press(page.locator("#comments .comment [type=submit]").last)
    expect(page.locator("#comments .comment--mode-default")).to_contain_text(words)
    expect(page.locator("[name='comments-0-text']")).to_have_value(words)


def the_manuscript(document: docx.document.Document) -> None:
    """One lesson with everything once, and one that is to be left out."""
    document.add_heading(COURSE, 0)
    document.add_heading("第一专题 怎样听", 1)
    document.add_heading("意见表", 2)
    document.add_paragraph("先坐下，再开口。")
    document.add_paragraph("从群众中来，到群众中去。")
    document.add_heading("三个要点", 3)
    document.add_paragraph("先听，再议", style="List Number")
    document.add_paragraph("说定谁来办", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for place, words in enumerate(("做法", "结果", "三栏的表", "收回六十张")):
        table.cell(place // 2, place % 2).text = words
    document.add_picture(io.BytesIO(picture()))
    document.paragraphs[-1]._p.find(f".//{qn('wp:docPr')}").set("descr", "墙上贴着一张三栏的表")
    document.add_heading("只给编辑看的一课", 2)
    document.add_paragraph("这一段不进课程。")


def brought_in(editor: Visitor, file: Path, wrong: dict[str, list[str]]) -> None:
    """The file is read, arranged and written as drafts: one lesson is renamed, one is left out."""
    file.write_bytes(with_footnote(word(the_manuscript)))
    editor.open("/admin/import/")
    page = editor.page
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="读取文档").click()
    expect(page.locator("#rows")).to_be_visible(timeout=30_000)
    wrong["of the arrangement"] = found_wrong(page, NAMES_AND_NUMBERS | {"docx"})
    page.get_by_label("“意见表”的名称").fill(TITLE)
    page.get_by_label("“只给编辑看的一课”成为什么").select_option("out")
    page.locator("[name=category]").select_option(index=1)
    page.locator("button[name=act][value=write]").click()
    page.locator("main").get_by_role("link", name=COURSE).click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/$"))


def submitted_all(editor: Visitor, lesson: int, course: int) -> None:
    """The lesson says what it is founded on; then the course is submitted with all that is below it."""
    editor.open(f"/admin/pages/{lesson}/edit/")
    page, today = editor.page, localdate()
    page.locator("[data-contentpath=sources] button.c-sf-add-button").first.click()
    page.locator("[name='sources-0-value-work']").fill("《关于领导方法的若干问题》")
    page.fill("[name=valid_as_of]", today.isoformat())
    page.fill("[name=review_by]", (today + timedelta(days=365)).isoformat())
    with page.expect_navigation():
        press(page.locator("footer .action-save").first)  # by keyboard: a calendar may lie over it
    ((parent,),) = editor.served.rows(
        "select p.id from wagtailcore_page p join wagtailcore_page c on c.id = %s"
        " where p.path = left(c.path, length(p.path)) and p.depth = c.depth - 1",
        course,
    )
    editor.open(f"/admin/pages/{parent}/")
    page.locator(f"[data-bulk-action-checkbox][data-object-id='{course}']").check()
    page.locator(".bulk-actions-choices").get_by_text("提交审核").click()
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("3")


def test_from_a_word_file_to_its_reader(served: Served, somebody, worker: None, tmp_path: Path) -> None:
    editor, reviewer = at_the_desk(somebody, "editor"), at_the_desk(somebody, "reviewer")
    wrong: dict[str, list[str]] = {}
    brought_in(editor, tmp_path / "讲义.docx", wrong)
    ((lesson, address, course),) = served.rows(
        "select p.id, substr(p.url_path, 6), c.id from wagtailcore_page p join wagtailcore_page c"
        " on starts_with(p.path, c.path) and c.title = %s where p.title = %s",
        COURSE,
        TITLE,
    )
    submitted_all(editor, lesson, course)

    reviewer.open("/admin/desk/")
    wrong["of the reviewer"] = found_wrong(reviewer.page)
    page = from_the_desk(reviewer, "reviews")
    commented(page, REMARK)
    act(page, "reject")
    told_in_the_dialogue(page, comment=ASKED)
    editor.open("/admin/desk/")
    expect(editor.page.locator("section[aria-labelledby=returned]")).to_contain_text(ASKED)
    wrong["of the editor"] = found_wrong(editor.page)

    submitted_again(editor, ADDED)
    page = from_the_desk(reviewer, "reviews")
    expect(page.locator("#comments")).to_contain_text(REMARK)
    tomorrow = localtime(now()) + timedelta(days=1)
    act(page, "approve")
    told_in_the_dialogue(page, day=f"{tomorrow:%Y-%m-%dT%H:%M}")
    reviewer.open("/admin/desk/")
    expect(reviewer.page.locator("section[aria-labelledby=scheduled]")).to_contain_text(TITLE)

    member: Visitor = somebody(viewport=DESK)
    member.sign_in("member")
    assert member.open(address) == 404
    elsewhere(served, f"publish_in_two_days({course})")
    member.open("/courses/")
    member.page.get_by_role("link", name=COURSE).first.click()
    member.page.get_by_role("link", name=TITLE).first.click()
    main = member.page.locator("main")
    for words in (ADDED, "三栏的表", "说定谁来办", "《毛泽东选集》第三卷。"):
        expect(main).to_contain_text(words)
    expect(main.get_by_role("img", name="墙上贴着一张三栏的表")).to_have_count(1)
    expect(member.page.locator("body")).not_to_contain_text("这一段不进课程")
    assert wrong == {name: [] for name in wrong}


QUOTED = """
    select e.translation_key::text, e.title, p.id, e.passages ->> p.key::text
    from courses_lessonedition e join sources_passage p on e.passages ? p.key::text
    where e.is_live and e.language = 'zh-hans' and p.live order by e.id limit 1
"""

RESTING = """
    update quizzes_question set passage_id = %s, passage_digest = %s
    where id = (select min(id) from quizzes_question where state = 'in_use') returning stem
"""


def reworded(author: Visitor, reviewer: Visitor, passage: int) -> None:
    """One proposes other words for a passage, the other publishes them."""
    path, page = f"/admin/snippets/sources/passage/edit/{passage}/", author.page
    author.open(path)
    words = page.locator("[name=text]")
    words.fill(words.input_value() + "（校订）")
    with page.expect_navigation():
        press(page.locator("footer .action-save").first)  # by keyboard: a calendar may lie over it
    reviewer.open(path)
    expect(reviewer.page.locator("[name=text]")).to_have_value(re.compile("（校订）$"))
    act(reviewer.page, "action-publish")
    reviewer.page.wait_for_url("**/passage/")


def test_a_changed_passage_and_a_reader_s_report_reach_the_desk(served: Served, somebody) -> None:
    ((lesson, title, passage, digest),) = served.rows(QUOTED)
    ((stem,),) = served.rows(RESTING, passage, digest)
    editor, reviewer = at_the_desk(somebody, "editor"), at_the_desk(somebody, "reviewer")
    reworded(editor, reviewer, passage)

    member: Visitor = somebody()
    member.sign_in("member", f"/lessons/{lesson}/error/")
    member.page.locator("[name=words]").fill("第二段的年份写成了1954年。")
    wrong = {"report": faults(member.page)}
    member.page.get_by_role("button", name="交给编辑").click()

    editor.open("/admin/desk/")
    page = editor.page
    changed = page.locator("section[aria-labelledby=passages] li")
    expect(changed.filter(has_text=title)).to_have_count(1)
    expect(changed.filter(has_text=stem)).to_have_count(1)
    wrong["desk"] = found_wrong(page)
    errors = page.locator("section[aria-labelledby=errors] li", has_text="1954年")
    press(errors.get_by_role("link").first)
    press(page.locator("[name=outcome][value=mended]"), "Space")
    typed(page.locator("[name=words]"), "谢谢，已经改成1943年。")
    wrong["answer"] = found_wrong(page)
    press(page.get_by_role("button", name="答复读者"))
    page.wait_for_url("**/admin/desk/")
    wrong["desk in English"] = in_english(editor)

    elsewhere(served, "publish_every_block('every-block')")
    ((every,),) = served.rows("select substr(url_path, 6) from wagtailcore_page where slug = 'every-block'")
    for path in ("/courses/", "/search/?q=群众", "/my-lessons/", every):
        assert member.open(path) == 200
        wrong[path] = faults(member.page)
    member.open("/courses/")
    member.page.locator("main").get_by_role("link", name="我的课").click()
    expect(member.page.locator("main")).to_contain_text("谢谢，已经改成1943年。")
    assert wrong == {name: [] for name in wrong}


READS_ENGLISH = """
    insert into wagtailusers_userprofile (user_id, preferred_language, submitted_notifications,
        approved_notifications, rejected_notifications, updated_comments_notifications, current_time_zone,
        avatar, dismissibles, theme, density, contrast, keyboard_shortcuts)
    select id, 'en', true, true, true, true, '', '', '{}', 'system', 'default', 'system', true
    from people_member where number = 'editor'
    on conflict (user_id) do update set preferred_language = 'en' returning id
"""


def in_english(visitor: Visitor) -> list[str]:
    """The desk of somebody who reads English; no Chinese words of ours stand in it."""
    visitor.served.rows(READS_ENGLISH)
    visitor.open("/admin/desk/")
    expect(visitor.page.locator("h1")).to_have_text("Editors' desk")
    found = faults(visitor.page)
    visitor.served.rows("update wagtailusers_userprofile set preferred_language = '' returning id")
    return found
