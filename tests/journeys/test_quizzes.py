"""A quiz of every kind of question: on a telephone whose network goes, on two devices, by keys alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Served, Visitor, faults
from tests.journeys.far_away import elsewhere

pytestmark = pytest.mark.journey

KEPT, SAVED = "已存在本机，联网后送出", "已保存"
SINGLE, SEVERAL, TRUE_FALSE, FILL_IN, ORDERING, MATCHING, SHORT = range(1, 8)


@pytest.fixture(scope="module")
def quiz(served: Served) -> str:
    """The address of a quiz with every kind of question."""
    elsewhere(served, "stand_every_kind()")
    ((key,),) = served.rows("select key::text from quizzes_quiz where title = '各种题型'")
    return f"/quiz/{key}/"


def begins(visitor: Visitor, quiz: str) -> None:
    visitor.open(quiz)
    visitor.page.locator("main form button.btn").first.click()
    visitor.page.wait_for_url("**/attempt/**")


def asked(page: Page, number: int) -> Locator:
    return page.locator(f"[data-question='{number}']")


def goes_to(page: Page, number: int) -> None:
    """By the list, which needs no network either."""
    if not page.locator("[data-list]").is_visible():
        page.get_by_role("button", name="全部题目").or_(
            page.get_by_role("button", name="查看全部题目")
        ).first.click()
    page.locator(f"[data-to='{number}'] a").click()
    expect(asked(page, number)).to_be_visible()


def answers_all(page: Page) -> None:
    """By touch, each kind in its way, from the first question on."""
    for number, options in ((SINGLE, [0]), (SEVERAL, [0, 2]), (TRUE_FALSE, [1])):
        for option in options:
            asked(page, number).locator(".choice").nth(option).click()
        onward(page, number)
    for place, words in enumerate(("全心全意", "５")):
        asked(page, FILL_IN).locator("input[type=text]").nth(place).fill(words)
    onward(page, FILL_IN)
    row = asked(page, ORDERING).locator("[data-order] li").first
    text = row.locator(".order__text").inner_text()
    row.locator("[data-down]").click()
    expect(asked(page, ORDERING).locator("[data-order] li").nth(1)).to_contain_text(text)
    expect(page.locator("[data-quiz-says]")).to_contain_text(text)
    onward(page, ORDERING)
    for row_number in range(3):
        asked(page, MATCHING).locator("select").nth(row_number).select_option(index=row_number + 1)
    onward(page, MATCHING)
    asked(page, SHORT).locator("textarea").fill("先听大家说完，再定。")


def onward(page: Page, number: int) -> None:
    expect(asked(page, number).locator("[data-quiz-state]")).to_have_text(KEPT)
    asked(page, number).locator("button[name=go][value=next]").click()
    expect(asked(page, number + 1)).to_be_visible()


def test_every_kind_is_answered_without_a_network_and_the_page_killed(served: Served, somebody, quiz) -> None:
    phone: Visitor = somebody()
    phone.sign_in("mobile")
    begins(phone, quiz)
    phone.context.set_offline(True)
    answers_all(phone.page)
    expect(asked(phone.page, SHORT).locator("[data-quiz-state]")).to_have_text(KEPT)
    before = served.rows(GIVEN, "mobile")
    address = phone.page.url
    phone.page.close()

    phone.context.set_offline(False)
    phone.page = phone.context.new_page()
    phone.page.goto(address)
    expect(asked(phone.page, SHORT).locator("textarea")).to_have_value("先听大家说完，再定。")
    goes_to(phone.page, FILL_IN)
    expect(asked(phone.page, FILL_IN).locator("input[type=text]").nth(1)).to_have_value("５")
    expect(asked(phone.page, FILL_IN).locator("[data-quiz-state]")).to_have_text(SAVED)
    assert (before, served.rows(GIVEN, "mobile")) == ([(0,)], [(7,)])

    goes_to(phone.page, SINGLE)
    phone.page.get_by_role("button", name="全部题目").click()
    expect(phone.page.locator("[data-gaps]")).to_contain_text("每题都已作答")
    phone.page.get_by_role("button", name="交卷").click()
    expect(phone.page.locator("main")).to_contain_text("全心全意")
    expect(phone.page.locator("[data-result-of]")).to_be_visible()
    assert faults(phone.page) == []
    phone.open("/quiz/")
    expect(phone.page.locator("main")).to_contain_text("各种题型")
    assert faults(phone.page) == []


GIVEN = """
    select count(distinct a.position) from quizzes_answer a join quizzes_attempt t on t.id = a.attempt_id
    join quizzes_quiz q on q.id = t.quiz_id join people_member m on m.id = t.member_id
    where m.number = %s and q.title = '各种题型'
"""
BOTH = """
    select a.given[1], a.is_late from quizzes_answer a join quizzes_attempt t on t.id = a.attempt_id
    join quizzes_quiz q on q.id = t.quiz_id join people_member m on m.id = t.member_id
    where m.number = 'visitor' and q.title = '各种题型' and a.position = 6 order by a.id
"""


def test_what_a_phone_kept_for_an_attempt_ended_elsewhere_is_kept_and_shown(
    served: Served, somebody, quiz
) -> None:
    phone: Visitor = somebody()
    desktop: Visitor = somebody(viewport={"width": 1280, "height": 800})
    for device in (phone, desktop):
        device.sign_in("visitor")
        begins(device, quiz)
    phone.context.set_offline(True)
    goes_to(phone.page, SHORT)
    asked(phone.page, SHORT).locator("textarea").fill("手机上写的")
    expect(asked(phone.page, SHORT).locator("[data-quiz-state]")).to_have_text(KEPT)
    goes_to(desktop.page, SHORT)
    asked(desktop.page, SHORT).locator("textarea").fill("电脑上写的")
    expect(asked(desktop.page, SHORT).locator("[data-quiz-state]")).to_have_text(SAVED)
    desktop.page.get_by_role("button", name="查看全部题目").click()
    desktop.page.get_by_role("button", name="交卷").click()
    expect(desktop.page.locator("[data-result-of]")).to_be_visible()

    phone.context.set_offline(False)
    expect(phone.page.locator("[data-quiz-notice]")).to_be_visible()
    assert faults(phone.page) == []
    phone.page.locator("[data-quiz-notice] a").click()
    for device in (phone, desktop):
        device.page.reload()
        for words in ("手机上写的", "电脑上写的"):
            expect(device.page.locator("main")).to_contain_text(words)
    assert served.rows(BOTH) == [("电脑上写的", False), ("手机上写的", True)]


def test_the_keys_alone_answer_a_quiz(somebody, quiz) -> None:
    """1 to 9 choose, Enter goes on; rows are moved by their buttons, with the arrows too."""
    member: Visitor = somebody(viewport={"width": 1280, "height": 800})
    member.sign_in("member")
    begins(member, quiz)
    page, press = member.page, member.page.keyboard.press
    press("2")
    expect(asked(page, SINGLE).locator(".choice input").nth(1)).to_be_checked()
    press("Enter")
    for key in ("1", "3", "1", "Enter"):  # the first is put back
        press(key)
    expect(asked(page, SEVERAL).locator(".choice input:checked")).to_have_count(1)
    for key in ("1", "Enter", "Tab"):
        press(key)
    page.keyboard.type("全心全意")
    for key in ("Tab", "5", "Enter"):  # a digit that is written chooses nothing
        press(key)
    expect(asked(page, FILL_IN).locator("input[type=text]").nth(1)).to_have_value("5")
    order = asked(page, ORDERING).locator("[data-order] li")
    first = order.first.locator(".order__text").inner_text()
    for key in ("Tab", "Tab", "ArrowDown", "Enter"):  # on the button that moves down
        press(key)
    expect(order.nth(2)).to_contain_text(first)
    asked(page, ORDERING).locator("button[name=go][value=next]").focus()
    for key in ("Enter", "Tab", "Tab"):
        press(key)
    expect(asked(page, MATCHING)).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("look", ["", "large"], ids=["normal", "elder"])
def test_every_kind_is_accessible_and_stays_within_the_telephone(somebody, quiz, look) -> None:
    member: Visitor = somebody(look=look)
    member.sign_in("elder")
    member.context.add_cookies([{"name": "look", "value": look or "normal", "url": member.served.url}])
    begins(member, quiz)
    page, found = member.page, []
    for number in (*range(SINGLE, SHORT + 1), 0):
        if number:
            goes_to(page, number)
        else:
            page.get_by_role("button", name="查看全部题目").click()
        found += [f"{number}: {fault}" for fault in faults(page, target=60 if look else 44)]
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            found.append(f"{number}: wider than the telephone")
    assert found == []


def test_from_the_result_to_the_passage_in_its_lesson(somebody) -> None:
    member: Visitor = somebody()
    ((attempt,),) = member.served.rows(
        "select a.id::text from quizzes_attempt a join people_member m on m.id = a.member_id"
        " cross join jsonb_array_elements(a.paper) p"
        " join quizzes_questionversion v on v.id = (p ->> 'version')::bigint"
        " where m.number = 'member' and a.handed_in_at is not null"
        " and v.content ->> 'passage' is not null limit 1"
    )
    member.sign_in("member", then=f"/attempt/{attempt}/")
    page = member.page
    page.locator("main a[href*='#passage-']").first.click()
    page.wait_for_url("**/#passage-*")
    key = page.url.split("#passage-")[1]
    expect(page.locator(f"figure[data-passage='{key}']").first).to_be_focused()
    expect(page.locator(f"figure[data-passage='{key}']").first).to_be_in_viewport()
