"""A visitor at the door with a telephone: few taps, nothing lost by a reload, sent once with a network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import Served, Visitor, faults

pytestmark = pytest.mark.journey

FORM = "form[data-visit-form]"
TAP = f"{FORM} .visit-tap"
SEND = f"{FORM} button.wide"
FOR_ANOTHER = """
    for (const name of Object.keys(localStorage).filter((one) => one.startsWith("visit "))) {
      const other = name.replace(/^visit \\S+/, "visit " + crypto.randomUUID());
      localStorage.setItem(other, localStorage.getItem(name));
      localStorage.removeItem(name);
    }
"""


@pytest.fixture
def visitor(somebody) -> Visitor:
    visitor = somebody()
    visitor.sign_in("visitor", "/visits/")
    return visitor


def visits(served: Served) -> int:
    return served.rows("select count(*) from outreach_visit")[0][0]


def taps(page: Page) -> int:
    return page.evaluate("Number(sessionStorage.getItem('taps'))")


def kept(page: Page) -> list[str]:
    """The names under which this device keeps what is typed."""
    return page.evaluate("Object.keys(localStorage).filter((name) => /^visit .* [0-9a-f]{8}-/.test(name))")


def test_the_ordinary_visit_takes_few_taps(served, visitor) -> None:
    page, before = visitor.page, visits(served)
    visitor.context.add_init_script(
        "addEventListener('click', (event) => event.isTrusted && event.detail"
        " && sessionStorage.setItem('taps', Number(sessionStorage.getItem('taps')) + 1), true)"
    )
    visitor.open("/visits/")
    page.evaluate("sessionStorage.removeItem('taps')")
    page.click("a.btn.quiet[href*='record/?member=']")
    page.click(TAP)
    page.click(SEND)
    page.wait_for_selector("[data-visit-recorded]")

    assert visits(served) == before + 1
    assert 3 <= taps(page) <= 10
    (row,) = served.rows(
        "select r.seconds > 0 or r.refused <> '{}', r.standing, m.confirmed, v.minutes"
        " from outreach_visit v join outreach_visitmember m on m.visit_id = v.id"
        " join hours_studyrecord r on r.id = m.record_id order by v.id desc limit 1"
    )
    assert row == (True, "counted", "tap", 40)
    assert kept(page) == []


def test_what_is_typed_survives_a_reload_and_names_nobody_on_the_device(served, visitor) -> None:
    page, before = visitor.page, visits(served)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.wait_for_selector(FORM)
    page.click(f"{FORM} .visit-part > details > summary")
    wishes = page.locator(f"{FORM} textarea[name^=wishes_]").first
    wishes.fill("想听老区的故事")
    page.click(TAP)
    page.wait_for_timeout(1000)
    key = page.input_value(f"{FORM} input[name=key]")
    (name,) = kept(page)
    assert re.fullmatch(
        r"visit [0-9a-f-]{36} [0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", name
    )
    page.reload()

    expect(wishes).to_have_value("想听老区的故事")
    expect(wishes).to_be_visible()
    expect(page.locator(f"{TAP} input").first).to_be_checked()
    assert page.input_value(f"{FORM} input[name=key]") == key
    page.click(SEND)
    page.wait_for_selector("[data-visit-recorded]")
    assert visits(served) == before + 1
    assert kept(page) == []


def test_answers_asked_aloud_survive_a_reload_though_the_quiz_is_drawn_anew(visitor) -> None:
    page, drawn = visitor.page, [("first", "old", "new"), ("second", "new", "old")]

    def with_quiz(route: Route) -> None:
        token, *questions = drawn.pop(0)
        block = f'<input type="hidden" name="asked" value="{token}">' + "".join(
            f'<input type="radio" name="asked_{place}" value="{question}-{option}" aria-label="{option}">'
            for place, question in enumerate(questions)
            for option in ("a", "b")
        )
        reply = route.fetch()
        without_its_own = reply.text().replace('name="asked', 'name="not_asked')
        route.fulfill(
            response=reply,
            body=without_its_own.replace("data-visit-state></p>", f"data-visit-state></p>{block}"),
        )

    def ticked() -> dict[str, str]:
        boxes = "all => Object.fromEntries(all.map((one) => [one.name, one.value]))"
        return page.eval_on_selector_all("[name^=asked_]:checked", boxes)

    page.route("**/visits/record/**", with_quiz)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.check("[value=old-b]")
    page.check("[value=new-a]")
    assert ticked() == {"asked_0": "old-b", "asked_1": "new-a"}
    page.wait_for_timeout(1000)
    page.reload()

    assert page.input_value("[name=asked]") == "second"
    assert ticked() == {"asked_0": "new-a", "asked_1": "old-b"}


def test_what_was_noted_of_questions_that_have_changed_is_kept_as_it_was_asked(visitor) -> None:
    page, drawn = visitor.page, [("first", "old"), ("second", "old"), ("third", "new")]

    def with_quiz(route: Route) -> None:
        token, question = drawn.pop(0)
        block = (
            f'<details data-asked><summary>x</summary><input type="hidden" name="asked" value="{token}">'
            f'<select name="asked_0_{question}"><option value=""></option><option>2</option></select>'
            f'<textarea name="asked_1_{question}-1"></textarea></details>'
        )
        reply = route.fetch()
        body = reply.text().replace('name="asked', 'name="not_asked')
        body = body.replace('class="card" data-asked', 'class="card"')
        route.fulfill(
            response=reply, body=body.replace("data-visit-state></p>", f"data-visit-state></p>{block}")
        )

    def noted() -> dict[str, str]:
        fields = "all => Object.fromEntries(all.map((one) => [one.name, one.value]))"
        return page.eval_on_selector_all("[name^=asked]", fields)

    page.route("**/visits/record/**", with_quiz)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.click("details:has([name=asked]) > summary")
    page.select_option("[name=asked_0_old]", "2")
    page.fill("[name=asked_1_old-1]", "多走访\n多听")
    page.wait_for_timeout(1000)
    page.reload()
    assert noted() == {"asked": "second", "asked_0_old": "2", "asked_1_old-1": "多走访\n多听"}

    page.wait_for_timeout(1000)
    page.fill("[name=asked_1_old-1]", "多走访")
    page.wait_for_timeout(1000)
    page.reload()
    assert noted() == {"asked": "second", "asked_0_old": "2", "asked_1_old-1": "多走访"}
    expect(page.locator("[data-asked] .notice")).to_have_text(
        page.get_attribute(FORM, "data-asked-kept") or ""
    )


def test_without_a_network_it_waits_on_the_device_and_is_sent_once(served, visitor) -> None:
    page, before = visitor.page, visits(served)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.click(TAP)
    visitor.context.set_offline(True)
    page.click(SEND)
    state = page.locator("[data-visit-state]")
    expect(state).to_have_text(page.get_attribute(FORM, "data-waiting") or "")
    assert (visits(served), len(kept(page))) == (before, 1)
    visitor.context.set_offline(False)
    page.wait_for_selector("[data-visit-recorded]")
    visitor.open("/visits/")

    assert visits(served) == before + 1
    assert kept(page) == []


def test_a_form_that_waits_is_sent_by_the_page_of_visits(served, visitor) -> None:
    page, before = visitor.page, visits(served)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.click(TAP)
    visitor.context.set_offline(True)
    page.click(SEND)
    expect(page.locator("[data-visit-state]")).not_to_be_empty()
    other = visitor.context.new_page()
    page.close()
    visitor.context.set_offline(False)
    other.goto(f"{served.url}/visits/")
    expect(other.locator("[data-visits-waiting] li")).to_have_count(1)
    other.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => /^visit .* [0-9a-f]{8}-/.test(name))"
    )

    assert visits(served) == before + 1


def test_what_is_refused_comes_back_and_stays_on_the_device(served, visitor) -> None:
    page, before = visitor.page, visits(served)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.fill(f"{FORM} input[name=started_at]", "2020-01-01T09:00")
    page.click(SEND)
    expect(page.locator(f"{FORM} [role=alert]")).to_be_visible()

    expect(page.locator(f"{FORM} input[name=started_at]")).to_have_value("2020-01-01T09:00")
    assert (visits(served), len(kept(page))) == (before, 1)
    page.fill(
        f"{FORM} input[name=started_at]",
        page.evaluate("new Date(Date.now() + 28800000 - 7200000).toISOString().slice(0, 16)"),
    )
    page.click(SEND)
    page.wait_for_selector("[data-visit-recorded]")
    assert (visits(served), kept(page)) == (before + 1, [])


def test_another_account_on_the_device_neither_sees_nor_sends_it(served, visitor, somebody) -> None:
    page, before = visitor.page, visits(served)
    page.click("a.btn.quiet[href*='record/?member=']")
    page.click(TAP)
    page.wait_for_timeout(800)
    assert len(kept(page)) == 1
    page.evaluate(FOR_ANOTHER)
    page.reload()

    expect(page.locator(f"{TAP} input").first).not_to_be_checked()
    visitor.open("/visits/")
    expect(page.locator("[data-visits-waiting]")).to_be_hidden()
    assert visits(served) == before


@pytest.mark.parametrize("look", ["", "large"])
def test_the_visitors_pages_are_free_of_faults_on_a_telephone(visitor, somebody, look) -> None:
    walker = somebody(look=look)
    walker.sign_in("visitor", "/visits/")
    found = {"/visits/": faults(walker.page)}
    walker.page.click("a.btn.quiet[href*='record/?member=']")
    found["record"] = faults(walker.page)

    assert found == {"/visits/": [], "record": []}
    assert walker.page.evaluate("document.documentElement.scrollWidth") <= 360
