"""
The marking desk: an answer is marked without a name, and a key that looks wrong is put right.

The editor looks whom it would concern and decides nothing; the reviewer decides, and the results follow.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_administration import at_the_desk, found_wrong

pytestmark = pytest.mark.journey

REASON = "原来的答案标错了一项，现已改正。"


def waiting(page: Page) -> int:
    told = page.locator("section[aria-labelledby=waiting] .desk-told").first.inner_text()
    return int(re.findall(r"\d+", told)[0])


def test_a_short_answer_is_marked_line_by_line_and_without_a_name(served, somebody) -> None:
    editor = at_the_desk(somebody, "editor")
    page = editor.page
    editor.open("/admin/marking/")
    before = waiting(page)
    wrong = {"desk": found_wrong(page)}
    page.locator("section[aria-labelledby=waiting] a.button").first.click()
    page.wait_for_url("**/answers/**")
    first = page.url
    wrong["answer"] = found_wrong(page)
    names = {name for (name,) in served.rows("select name from people_member where name <> ''")}
    words = page.locator("main").inner_text()
    assert not [name for name in names if len(name) > 2 and name in words]

    page.locator(".marking-points .office-acts a").first.click()
    page.wait_for_url("**/answers/**")
    assert page.url != first
    for line in page.locator("form.marking-points div[id^=id_line_]").all():
        line.locator("input[type=radio]").last.check()
    page.fill("textarea[name=comment]", "说到了要点。")
    page.locator("form.marking-points button.button").click()
    expect(page.locator(".messages .success")).to_be_visible()
    editor.open("/admin/marking/")
    assert waiting(page) == before - 1
    assert wrong == {name: [] for name in wrong}
    ((marker, comment),) = served.rows(
        "select m.number, g.comment from quizzes_givenpoints g join people_member m on m.id = g.marker_id"
        " order by g.id desc limit 1"
    )
    assert (marker, comment) == ("editor", "说到了要点。")


ASKED_MOST = """
    select v.question_id, count(*) from quizzes_itemresult i
    join quizzes_questionversion v on v.id = i.version_id where v.content ->> 'kind' = 'single_choice'
    group by 1 order by 2 desc, 1 limit 1
"""


def test_a_key_is_put_right_after_a_look_at_whom_it_concerns(served, somebody) -> None:
    ((question, _times),) = served.rows(ASKED_MOST)
    address = f"/admin/marking/{question}/key/"
    editor = at_the_desk(somebody, "editor")
    editor.open(f"/admin/quizzes/questions/{question}/")
    editor.page.locator(f"main a[href='{address}']").click()
    wrong = {"key": found_wrong(editor.page)}
    editor.page.locator("main input[type=checkbox]:not(:checked)").first.check()
    editor.page.locator("main button[name=preview]").click()
    expect(editor.page.locator("main .office-facts")).to_be_visible()
    wrong["preview"] = found_wrong(editor.page)
    assert editor.page.locator("main button[name=confirm]").count() == 0

    reviewer = at_the_desk(somebody, "reviewer")
    page = reviewer.page
    reviewer.open(address)
    page.locator("main input[type=checkbox]:not(:checked)").first.check()
    page.locator("main button[name=preview]").click()
    changes = int(re.findall(r"\d+", page.locator("main .office-facts dd").nth(3).inner_text())[0])
    assert changes > 0
    page.fill("textarea[name=reason]", REASON)
    wrong["decision"] = found_wrong(page)
    page.locator("main button[name=confirm]").click()
    page.wait_for_url("**/admin/marking/")
    expect(page.locator("section[aria-labelledby=corrected]")).to_contain_text(REASON)
    reviewer.open("/admin/marking/")  # the message has come in and gone
    wrong["corrected"] = found_wrong(page)
    assert wrong == {name: [] for name in wrong}
    ((marks, lost),) = served.rows(
        "select count(*), count(*) filter (where not m.passed and exists (select from quizzes_mark b"
        " where b.attempt_id = m.attempt_id and b.id < m.id and b.passed))"
        " from quizzes_mark m join quizzes_regrade r on r.id = m.regrade_id where r.reason = %s",
        REASON,
    )
    assert (marks >= changes, lost) == (True, 0)
