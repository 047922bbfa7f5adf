"""From draft to reader, by keyboard alone: written, sent back, approved for another day, published, read."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils.timezone import localtime, now
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import ROOT, Served, Visitor
from tests.journeys.test_administration import DESK, at_the_desk, found_wrong

pytestmark = pytest.mark.journey

TITLE = "一张意见表该有几栏"
ADDED = "去年有个村把表减到三栏，一个月收回六十张。"
ASKED = "例子有了，请写明是哪一年。"
REMARK = "这一句可以更短。"

TWO_DAYS_ON = """
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
here = timezone.now
timezone.now = lambda: here() + timedelta(days=2)
call_command("publish_scheduled")
"""


def press(thing: Locator, key: str = "Enter") -> None:
    """What can be reached by keyboard is used by keyboard."""
    thing.focus()
    expect(thing).to_be_focused()
    thing.page.keyboard.press(key)


def typed(field: Locator, words: str) -> None:
    field.focus()
    field.page.keyboard.insert_text(words)


def from_the_desk(visitor: Visitor, section: str, title: str = TITLE) -> Page:
    visitor.open("/admin/desk/")
    row = visitor.page.locator(f"section[aria-labelledby={section}] li", has_text=title)
    press(row.get_by_role("link").first)
    visitor.page.wait_for_url("**/edit/")
    visitor.page.wait_for_load_state("networkidle")
    return visitor.page


def act(page: Page, name: str) -> None:
    """Open the menu of what can be done, and do it. It closes when the page keeps a draft meanwhile."""
    item = page.locator(f"footer [name='{name}'], footer [data-workflow-action-name='{name}']").first
    toggle = page.locator("footer .w-dropdown__toggle").first
    for _attempt in range(20):
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.focus()
            page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        item.focus()
        if item.evaluate("it => it === document.activeElement"):
            break
    press(item)


def told_in_the_dialogue(page: Page, *, comment: str = "", day: str = "") -> None:
    dialogue = page.locator(".modal-content")
    expect(dialogue.locator("[name=comment]")).to_be_visible()
    if day:
        dialogue.locator("[name=go_live_at]").fill(day)
    if comment:
        typed(dialogue.locator("[name=comment]"), comment)
    press(dialogue.locator("button[type=submit]"))
    page.wait_for_url(lambda url: "/edit/" not in url)


def submitted_again(editor: Visitor, words: str) -> None:
    page = from_the_desk(editor, "returned")
    paragraph = page.locator("[data-contentpath=body] .public-DraftEditor-content").first
    press(paragraph, "Control+End")
    page.keyboard.insert_text(words)
    expect(paragraph).to_contain_text(words)
    act(page, "action-submit")
    page.wait_for_url(lambda url: "/edit/" not in url)


def commented(page: Page, words: str) -> None:
    press(page.locator("[data-contentpath=summary] [data-comment-add]"))
    expect(page.locator("#comments .comment textarea").last).to_be_visible()
    typed(page.locator("#comments .comment textarea").last, words)
    press(page.locator("#comments .comment [type=submit]").last)


def test_from_draft_to_reader(served: Served, somebody) -> None:
    editor, reviewer = at_the_desk(somebody, "editor"), at_the_desk(somebody, "reviewer")
    editor.open("/admin/desk/")
    reviewer.open("/admin/desk/")
    wrong = {"of the editor": found_wrong(editor.page), "of the reviewer": found_wrong(reviewer.page)}

    submitted_again(editor, ADDED)
    page = from_the_desk(reviewer, "reviews")
    commented(page, REMARK)
    act(page, "reject")
    told_in_the_dialogue(page, comment=ASKED)
    editor.open("/admin/desk/")
    expect(editor.page.locator("section[aria-labelledby=returned]")).to_contain_text(ASKED)

    submitted_again(editor, "（二〇二五年）")
    page = from_the_desk(reviewer, "reviews")
    expect(page.locator("#comments")).to_contain_text(REMARK)
    tomorrow = localtime(now()) + timedelta(days=1)
    act(page, "approve")
    told_in_the_dialogue(page, day=f"{tomorrow:%Y-%m-%dT%H:%M}")
    reviewer.open("/admin/desk/")
    expect(reviewer.page.locator("section[aria-labelledby=scheduled]")).to_contain_text(TITLE)

    ((address,),) = served.rows("select substr(url_path, 6) from wagtailcore_page where title = %s", TITLE)
    member: Visitor = somebody(viewport=DESK)
    member.sign_in("member")
    assert member.open(address) == 404
    two_days_later(served)
    assert member.open(address) == 200
    expect(member.page.locator("main")).to_contain_text(ADDED)
    assert wrong == {name: [] for name in wrong}


def two_days_later(served: Served) -> None:
    """The scheduler's work, as it will be done."""
    environment = {**os.environ, "DATABASE_URL": served.database, "VAR_DIR": str(served.var), "DEMO": "true"}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", TWO_DAYS_ON]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
