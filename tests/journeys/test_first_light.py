"""
The main job, end to end: an editor writes a lesson with a question, a reviewer approves it, a member studies
it and passes, the secretary sees it, a secretary of another branch and a visitor of the site see nothing.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from playwright.sync_api import Page, expect

from tests.bench.transfer import bytes_of
from tests.journeys.conftest import Served, Visitor, faults
from tests.journeys.test_publishing import act, from_the_desk, told_in_the_dialogue

pytestmark = pytest.mark.journey

TITLE = "把话说到心里去"
QUESTION = "听取群众意见时，首先要做的是什么？"


def choose_in_dialogue(page: Page, opener: str, wanted: str) -> None:
    """Press a button that opens Wagtail's dialogue, and choose there."""
    page.locator(opener).first.click()
    page.locator(f".modal-body a:has-text('{wanted}')").first.click()
    page.locator(".modal-body").wait_for(state="detached")


def write_question_and_quiz(page: Page, site: str) -> str:
    """Return the address of the question, which waits for its review."""
    page.goto(f"{site}/admin/snippets/quizzes/question/add/")
    page.fill("[name=stem]", QUESTION)
    for number, text in enumerate(["听人把话说完", "先讲自己的意见"]):
        page.fill(f"[name=options-{number}-text]", text)
    page.check("[name=options-0-is_correct]")
    page.fill("[name=explanation]", "先听，才知道要办什么。")
    page.fill("[name=source]", "《关于领导方法的若干问题》，1943年6月1日")
    page.locator("button:has-text('保存')").last.click()
    page.wait_for_url("**/quizzes/questions/*/")
    question = page.url
    page.locator("form[action$='/submit/'] button").click()
    page.goto(f"{site}/admin/snippets/quizzes/quiz/add/")
    page.fill("[name=title]", "听意见 · 小测验")
    choose_in_dialogue(page, "button:has-text('选择 试题')", QUESTION)
    page.locator("button:has-text('保存')").last.click()
    page.wait_for_url("**/quiz/")
    return question


def write_lesson(page: Page, site: str, module: int) -> None:
    page.goto(f"{site}/admin/pages/add/courses/lessonpage/{module}/")
    page.fill("[name=title]", TITLE)
    body = page.locator("[data-contentpath=body]")
    body.locator("button.c-sf-add-button").first.click()
    page.locator(".w-combobox__option:has-text('段落')").click()
    body.locator(".public-DraftEditor-content").first.click()
    page.keyboard.insert_text(
        "到群众中去，先把耳朵带上。听的时候少插话，多记几笔，回来再想想哪些马上能办。" * 3
    )
    body.locator("button.c-sf-add-button").last.click()
    page.locator(".w-combobox__option:has-text('测验')").click()
    choose_in_dialogue(page, "[data-contentpath=body] button:has-text('选择 测验')", "听意见")
    sources = page.locator("[data-contentpath=sources]")
    sources.locator("button.c-sf-add-button").first.click()
    sources.locator("[name='sources-0-value-work']").fill("《关于领导方法的若干问题》")
    today = localdate()
    page.fill("[name=valid_as_of]", today.isoformat())
    page.fill("[name=review_by]", (today + timedelta(days=365)).isoformat())
    act(page, "action-submit")
    page.wait_for_url(re.compile(r"/admin/pages/\d+/$"))


def approve(reviewer: Visitor, question: str) -> None:
    """The question first, taken into use, then the lesson that asks it."""
    reviewer.sign_in("reviewer", "/admin/")
    reviewer.page.goto(question)
    for act_on_it in ("approve", "take-into-use"):
        reviewer.page.locator(f"form[action$='/{act_on_it}/'] button").click()
    page = from_the_desk(reviewer, "reviews", TITLE)
    act(page, "approve")
    told_in_the_dialogue(page)


@pytest.fixture(scope="module")
def module(served: Served) -> tuple[int, str]:
    """The second module of the mass line: its page and its address."""
    ((pk, path),) = served.rows(
        "select p.id, substr(p.url_path, 6) from wagtailcore_page p join courses_modulepage m"
        " on m.page_ptr_id = p.id where p.url_path like '/home/mass-line/%' order by p.path offset 1 limit 1"
    )
    return pk, path


def test_the_main_job_end_to_end(served: Served, somebody, module: tuple[int, str]) -> None:
    pk, path = module
    editor: Visitor = somebody(viewport={"width": 1280, "height": 1000})
    editor.sign_in("editor", "/admin/")
    question = write_question_and_quiz(editor.page, served.url)
    write_lesson(editor.page, served.url, pk)
    approve(somebody(viewport={"width": 1280, "height": 1000}), question)

    member: Visitor = somebody()
    member.sign_in("member", path)
    assert faults(member.page) == []
    member.page.get_by_role("link", name=TITLE).click()
    study(member)
    pass_the_quiz(member)
    close_sittings(served, of="member")
    member.open("/record/")
    expect(member.page.locator("main")).to_contain_text(TITLE)
    expect(member.page.locator("main")).to_contain_text("您在阅读：看了")
    assert faults(member.page) == []

    secretary: Visitor = somebody(viewport={"width": 1280, "height": 800})
    secretary.sign_in("secretary")
    secretary.open("/overview/")
    assert faults(secretary.page) == []
    secretary.page.get_by_role("link", name="李慧").click()
    secretary.page.wait_for_load_state()
    expect(secretary.page.locator("main")).to_contain_text("听意见 · 小测验")
    expect(secretary.page.locator("main")).to_contain_text(TITLE)
    assert faults(secretary.page) == []
    nobody_else_sees(secretary.page.url, served, somebody)


def close_sittings(served: Served, *, of: str) -> None:
    """As the scheduler does ten minutes later; the last report of a page left may still be on its way."""
    deadline = time.monotonic() + 20
    open_sittings = (
        "select 1 from hours_studyclock c join people_member m on m.key = c.member_key where m.number = %s"
    )
    # What lies beyond a limit is kept and not held: then there are no pieces.
    arrived = "c.pieces <> '{}' or c.last_at > now() - interval '10 minutes'"
    while not served.rows(f"{open_sittings} and ({arrived})", of):
        assert time.monotonic() < deadline, "no report of this member's study has arrived"
        time.sleep(0.1)
    served.rows("select study_sweep(now() + interval '1 day', now())")


def study(member: Visitor) -> None:
    """Read the lesson: the clock runs, the end is reached, but the lesson is not done before its quiz."""
    page = member.page
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator("[data-clock-text]")).to_contain_text("正在计时")
    assert faults(page) == []
    page.mouse.wheel(0, 4000)
    page.locator("[data-lesson-end]").scroll_into_view_if_needed()
    expect(page.locator("[data-when-reached]").first).to_be_visible()
    page.wait_for_timeout(1500)  # whole seconds are counted; a fast machine is through in less than one
    with page.expect_response("**/study/beats") as report:
        page.evaluate("window.dispatchEvent(new Event('online'))")  # the network came back: it tells at once
    assert (report.value.status, report.value.json()["sitting"] > 0) == (200, True)
    page.reload()
    expect(page.locator("main")).to_contain_text("答完上面的测验")


def pass_the_quiz(member: Visitor) -> None:
    page = member.page
    page.locator("main a[href*='/quiz/']").first.click()
    assert faults(page) == []
    page.get_by_role("button", name="开始").click()
    expect(page.locator("main")).to_contain_text(QUESTION)
    assert faults(page) == []
    page.get_by_text("听人把话说完").click()
    page.locator("button[name=go]").first.click()
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("main")).to_contain_text("先听，才知道要办什么。")
    expect(page.locator("main")).to_contain_text("已合格")
    assert faults(page) == []


def nobody_else_sees(address: str, served: Served, somebody) -> None:
    path = address.removeprefix(served.url)
    ((stranger,),) = served.rows(
        "select m.number from people_member m join people_office o on o.member_id = m.id"
        " join people_organisation g on g.id = o.organisation_id"
        " where o.kind = 'secretary' and g.kind = 'branch'"
        " and o.until is null and m.number <> 'secretary' order by m.id limit 1"
    )
    with_password(served, stranger)
    other: Visitor = somebody()
    other.sign_in(stranger)
    assert other.open(path) == 404
    assert "李慧" not in other.page.content()

    visitor: Visitor = somebody()
    visitor.open(path)
    assert "/sign-in/" in visitor.page.url
    assert "李慧" not in visitor.page.content()


def with_password(served: Served, number: str) -> None:
    """Let somebody of the demonstration sign in with the demonstration's password."""
    served.rows(
        "update people_member set password = (select password from people_member where number = 'member')"
        " where number = %s returning id",
        number,
    )


PAGES = ["/", "/mass-line/", "/mass-line/what-it-is/", "/mass-line/what-it-is/how-the-mass-line-formed/",
         "/record/", "/rules/", "/password/"]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["chinese", "english"])
@pytest.mark.parametrize("look", ["", "large"], ids=["normal", "elder"])
def test_every_page_of_a_member_is_accessible_and_stays_within_the_telephone(
    somebody, look: str, prefix: str
) -> None:
    member: Visitor = somebody(look=look)
    member.open(f"{prefix}/")
    assert faults(member.page) == []
    member.sign_in("elder" if look else "member")
    found = {}
    for path in PAGES:
        assert member.open(prefix + path) == 200
        found[path] = faults(member.page)
        if member.page.evaluate("document.documentElement.scrollWidth") > 360:
            found[path].append("wider than the telephone")
        found[path] += mixed_words(member.page, english=bool(prefix))
    assert found == {path: [] for path in PAGES}


def mixed_words(page: Page, *, english: bool) -> list[str]:
    """Words of the other language, outside what is marked as such."""
    text: str = page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const seen = [];
            while (walker.nextNode()) {
                const part = walker.currentNode.parentElement;
                const shown = part.checkVisibility() && !part.closest("body [lang], noscript");
                if (shown) seen.push(walker.currentNode.data);
            }
            return seen.join(" ");
        }"""
    )
    pattern = r"[\u4e00-\u9fff]+" if english else r"[A-Za-z]{2,}"
    return sorted(set(re.findall(pattern, text)) - {"学程", "学"})


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["chinese", "english"])
@pytest.mark.parametrize("look", ["", "large"], ids=["normal", "elder"])
def test_a_secretary_s_pages_are_accessible_in_both_languages(somebody, look: str, prefix: str) -> None:
    secretary: Visitor = somebody(look=look)
    secretary.sign_in("secretary")
    secretary.open(f"{prefix}/overview/")
    found = faults(secretary.page) + mixed_words(secretary.page, english=bool(prefix))
    secretary.page.locator("table a").first.click()
    secretary.page.wait_for_load_state()
    found += faults(secretary.page) + mixed_words(secretary.page, english=bool(prefix))
    assert found == []


ANSWERS = """
    select count(*) from quizzes_answer a join quizzes_attempt t on t.id = a.attempt_id
    join people_member m on m.id = t.member_id where m.number = 'mobile' and t.handed_in_at is null
"""


def test_a_session_that_ends_in_a_quiz_loses_no_answer(served: Served, somebody) -> None:
    """The answer given after the session ended is kept; signed in again one hands in where one was."""
    member: Visitor = somebody()
    member.sign_in("mobile", "/party-history/from-the-founding-to-1978/")
    page = member.page
    page.locator("main a[href*='/quiz/']").first.click()
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url("**/attempt/**/1/")
    before = served.rows(ANSWERS)
    served.rows("delete from django_session returning session_key")
    page.locator("input[name=given]").first.check(force=True)
    expect(page.locator("[data-quiz-state]").first).to_have_text("已保存")
    page.get_by_role("button", name="全部题目").click()
    page.get_by_role("button", name="交卷").click()
    page.wait_for_url("**/sign-in/**")
    page.fill("input[name=username]", "mobile")
    page.fill("input[name=password]", "xuecheng-demo-2026")
    page.click("form:has(input[name=password]) button")
    page.wait_for_url("**/attempt/**/check/")
    after = served.rows(ANSWERS)
    assert (before, after) == ([(0,)], [(1,)])


def test_a_lesson_page_is_light(served: Served, somebody) -> None:
    """First visit without media: at most 60 KB over the wire, at most 15 KB of it JavaScript."""
    member: Visitor = somebody()
    member.sign_in("member")
    sizes: dict[str, int] = {}
    cold: Visitor = somebody()
    cold.context.add_cookies(member.context.cookies())
    cold.page.on(
        "requestfinished",
        lambda r: sizes.__setitem__(
            r.url, sum(r.sizes()[k] for k in ("responseBodySize", "responseHeadersSize"))
        ),
    )
    cold.open("/mass-line/what-it-is/living-soul-and-general-program/")
    cold.page.wait_for_load_state("networkidle")
    pages = {url: size for url, size in sizes.items() if "/media/" not in url and "/api/" not in url}

    assert sum(pages.values()) <= 60_000, pages
    assert sum(size for url, size in pages.items() if url.endswith(".js")) <= 15_000


def test_a_lesson_read_again_and_a_course_with_fewer_data_cost_little(served: Served, somebody) -> None:
    """Over the wire: 15 KB the second time, and with fewer data at most 1 MB for twenty lessons."""
    member: Visitor = somebody()
    member.sign_in("member")
    cookies = {cookie["name"]: cookie["value"] for cookie in member.context.cookies()}
    member.open("/mass-line/")
    links = member.page.locator(".numbered a").evaluate_all("all => all.map(each => each.pathname)")
    browser = member.context.browser
    _first, second = bytes_of(browser, served.url, [links[0]] * 2, cookies)
    spare = bytes_of(browser, served.url, links, cookies, less=True)

    assert second <= 15_000
    assert len(links) >= 12  # a journey before may have added one
    assert sum(spare) * 20 / len(links) <= 1_000_000


def test_a_script_that_claims_an_hour_earns_no_more_than_the_clock_showed(served: Served, somebody) -> None:
    """The page's clock replaced by one that lies: an hour in a moment, from ten tabs at once."""
    member: Visitor = somebody()
    member.sign_in("visitor")
    begun = served.rows("select now()")[0][0]
    tokens = []
    for _tab in range(10):
        member.open("/mass-line/what-it-is/how-the-mass-line-formed/")
        tokens.append(member.page.locator("[data-study-clock]").get_attribute("data-token"))
    hour = [[n, 600 * n, 600, " ".join(f"p{at}:0-9" for at in range(0, 600, 100))] for n in range(60)]
    counted = [
        member.page.request.post(
            f"{served.url}/api/v1/study/beats", data={"pages": [[token, hour, 36_000]]}
        ).json()["counted"]
        for token in tokens
    ]
    passed = (served.rows("select now()")[0][0] - begun).total_seconds()

    assert sum(counted) <= passed < 3600
