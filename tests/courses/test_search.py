"""Search finds what is meant, the nearest first, and nothing that the reader may not read."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Audience, CoursePage, LessonEdition, LessonPage, SearchEntry
from courses.publishing import withdraw_edition
from courses.search import Narrowed, find
from courses.search_index import index_everything, index_missing
from courses.search_query import asked_for
from courses.search_results import SEARCHES_A_MINUTE, results, suggestions
from people.models import Member
from tests.cast import PUBLISHABLE, add_module, make_member
from tests.courses.lessons import publish

pytestmark = pytest.mark.django_db

MASS_LINE = "党的群众路线教育实践活动"
TWO_MUSTS = "西柏坡与两个务必"
MEETING = "六届六中全会"
CONSTITUTION = "党章总纲怎么读"
ENGLISH = "The mass line"
LONG_MARCH = "重走长征路"


def add(module, slug, title, *blocks, **fields) -> LessonPage:
    words = {**PUBLISHABLE, "title": title, "body": list(blocks), **fields}
    lesson = LessonPage(slug=slug, locale=module.locale, **words)
    module.add_child(instance=lesson)
    return publish(lesson)


def paragraph(text: str) -> tuple[str, str]:
    return ("paragraph", f"<p>{text}</p>")


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def library(db) -> dict[str, LessonPage]:
    """Six lessons, each of which says something of its own."""
    module, english = add_module(), add_module("en")
    course = module.get_parent().specific
    course.title, course.levels = "入门", ["village"]
    course.tags.add("作风")
    course.save_revision().publish()
    return {
        MASS_LINE: add(module, "mass", MASS_LINE, paragraph("从群众中来，到群众中去。")),
        TWO_MUSTS: add(
            module, "two", TWO_MUSTS, ("heading", "为什么讲两个务必"), paragraph("七届二中全会在这里开。")
        ),
        MEETING: add(
            module, "sixth", MEETING, paragraph("会议从1938年9月29日开到11月6日。"), summary="延安的一次会议"
        ),
        CONSTITUTION: add(
            module, "const", CONSTITUTION, paragraph("总纲里也写着群众路线，ＡＢＣ。"),
            ("key_terms", {"terms": [{"term": "民主集中制", "meaning": "先民主，再集中。"}]}),
        ),
        LONG_MARCH: add(module, "march", LONG_MARCH, paragraph("走了<b>二万五千里</b> &lt;a&gt; 路。")),
        ENGLISH: add(english, "line", ENGLISH, paragraph("From the masses: an example of September 1938.")),
    }  # fmt: skip


def titles(text: str, reader: Member, **narrowed: object) -> list[str]:
    found = find(asked_for(text), reader=reader, narrowed=Narrowed(**narrowed))
    named = LessonEdition.objects.in_bulk([each.edition for each in found])
    return [named[each.edition].title for each in found]


def answered(text: str, reader: Member, language: str = "zh-hans") -> tuple[list[str], str]:
    """Titles that the page shows, and what it took the words for."""
    answer = results(text, reader=reader, narrowed=Narrowed(language=language), page=1, at=now())
    return [shown.hit.title for shown in answer.shown], answer.meant


FINDS = {
    "群众路线": [MASS_LINE, CONSTITUTION],
    "众路": [MASS_LINE, CONSTITUTION],
    "路线教育": [MASS_LINE],
    "两个务必": [TWO_MUSTS],
    "務必": [TWO_MUSTS],
    "群眾路線": [MASS_LINE, CONSTITUTION],
    "  群众　教育 ": [MASS_LINE],
    "1938年9月": [MEETING, ENGLISH],
    "1938-09": [MEETING, ENGLISH],
    "一九三八年九月": [MEETING, ENGLISH],
    "１９３８．９．２９": [MEETING],
    "9月29日": [MEETING],
    "1938": [MEETING, ENGLISH],
    "1938年10月": [],
    "September 1938": [MEETING, ENGLISH],
    "qzlx": [MASS_LINE],
    "QunZhongLuXian": [MASS_LINE],
    "qun zhong lu xian": [MASS_LINE],
    "changzheng": [LONG_MARCH],
    "mzjzz": [CONSTITUTION],
    "masses": [ENGLISH],
    "MASS": [ENGLISH],
    "exampl": [ENGLISH],
    "abc": [CONSTITUTION],
    "ａｂｃ": [CONSTITUTION],
    "延安": [MEETING],
    "作风": [TWO_MUSTS, MEETING, LONG_MARCH, CONSTITUTION, MASS_LINE],
    "总": [CONSTITUTION],
    "群众 1938年": [],
    "没有这样的话": [],
}


def test_what_is_asked_finds_what_is_meant_the_nearest_first(library, member) -> None:
    found = {text: titles(text, member) for text in FINDS}

    assert found | {"作风": sorted(found["作风"])} == FINDS | {"作风": sorted(FINDS["作风"])}


MEANT = {
    "群众路现": (MASS_LINE, "群众路线"),
    "郡众路线": (MASS_LINE, "群众路线"),
    "群中": (MASS_LINE, "群众"),
    "西柏破": (TWO_MUSTS, "西柏坡"),
    "二万五千理": (LONG_MARCH, "二万五千里"),
    "民主集中治 总纲": (CONSTITUTION, "民主集中制 总纲"),
    "群众路线活动": (MASS_LINE, ""),
}


def test_one_wrong_character_finds_what_was_meant_and_says_so(library, member) -> None:
    answers = {typed: answered(typed, member) for typed in MEANT}

    assert {typed: (shown[0], meant) for typed, (shown, meant) in answers.items()} == MEANT


def test_a_wrong_letter_and_the_other_language_are_helped_with(library, member) -> None:
    assert answered("masz line", member, "en") == ([ENGLISH], "mass line")
    assert answered("masses", member) == ([ENGLISH], "")


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_two_characters_of_a_title_that_stand_together_find_it(library, member, data) -> None:
    title = data.draw(st.sampled_from([MASS_LINE, TWO_MUSTS, MEETING, CONSTITUTION, LONG_MARCH]))
    start = data.draw(st.integers(0, len(title) - 2))
    end = data.draw(st.integers(start + 2, len(title)))

    assert title in titles(title[start:end], member)


@given(text=st.text(max_size=100))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_that_is_typed_breaks_the_search(library, member, text) -> None:
    cache.clear()

    answer = results(text, reader=member, narrowed=Narrowed(), page=1, at=now())

    for shown in answer.shown:
        assert "<" not in re.sub(r"</?mark>", "", shown.title + shown.extract)


BAD_INPUT = {
    "": (200, "可以这样查"),
    "   ": (200, "可以这样查"),
    "。，!?": (200, "只有标点"),
    "%_%": (200, "只有标点"),
    "党的\x00群众": (200, "<mark>群众</mark>路线"),
    "群众' | !(:*&": (200, "<mark>群众</mark>路线"),
    "<script>alert(1)</script>": (200, "没有找到"),
    "长" * 3500: (400, "最多100个字"),
}


def test_bad_input_gets_a_clear_answer(library, member, client) -> None:
    client.force_login(member)
    for typed, (status, says) in BAD_INPUT.items():
        page = client.get(
            "/search/", {"q": typed, "page": "999999", "language": "xx", "course": "x", "level": "'"}
        )
        text = page.content.decode()
        assert (page.status_code, says in text, "<script>alert" in text) == (status, True, False), typed
    assert client.get("/search/", {"q": "群众", "page": "999999"}).context["answer"].page == 1


def test_extracts_are_safe_and_marked_on_the_borders_of_characters(library, member) -> None:
    def shown(text: str) -> tuple[str, str]:
        answer = results(text, reader=member, narrowed=Narrowed(), page=1, at=now())
        return str(answer.shown[0].title), str(answer.shown[0].extract)

    assert shown("路線") == ("党的群众<mark>路线</mark>教育实践活动", "从群众中来，到群众中去。")
    assert shown("二萬五千里")[1] == "走了<mark>二万五千里</mark> &lt;a&gt; 路。"
    assert shown("1938-9")[1] == "会议从<mark>1938年9月29日</mark>开到11月6日。"
    assert shown("qzlx")[0] == "党的<mark>群众路线</mark>教育实践活动"
    assert shown("example")[1] == "From the masses: an <mark>example</mark> of September 1938."


def test_filters_hold_together_with_the_words(library, member) -> None:
    course = CoursePage.objects.get(locale__language_code="zh-hans")

    assert titles("1938", member, language="en") == [ENGLISH]
    assert titles("群众", member, category="purpose", level="village", sector="rural", course=course.pk) == [
        MASS_LINE,
        CONSTITUTION,
    ]
    assert titles("群众", member, level="central") == []
    assert titles("群众", member, category="political-theory") == []
    assert len(titles("全会", member, tag="作风")) == 2
    course.category = "political-theory"
    course.save_revision().publish()
    assert titles("群众", member, category="political-theory") == [MASS_LINE, CONSTITUTION]


def test_publishing_and_unpublishing_are_seen_at_once(library, member) -> None:
    page = library[MASS_LINE]
    publish(page, title="新的名字")
    assert titles("众路", member) == [CONSTITUTION]
    assert titles("新的名字", member) == ["新的名字"]
    page = publish(page, title=MASS_LINE)  # the words of before: the edition of before is live again
    assert titles("众路", member) == [MASS_LINE, CONSTITUTION]
    withdraw_edition(page)
    assert titles("众路", member) == [CONSTITUTION]
    library[CONSTITUTION].get_parent().specific.unpublish()
    assert titles("众路", member) == []
    assert SearchEntry.objects.filter(edition__page=page).count() == 1


def test_a_moved_lesson_is_found_by_its_new_course(library, member) -> None:
    home = library[MASS_LINE].get_parent().get_parent().get_parent()
    other = home.add_child(
        instance=CoursePage(title="别的课程", slug="other", category="purpose", locale=home.locale)
    )
    module = library[MASS_LINE].get_parent()
    assert titles("别的课程", member) == []

    module.move(other, "last-child")

    assert len(titles("别的课程", member)) == 5


def test_a_closed_lesson_shows_in_nothing(library, member, secretary, other_branch) -> None:
    """Not among hits, not in their number, not as a suggestion, and not as what was meant."""
    assert suggestions("西柏", reader=member, language="zh-hans", at=now()) == [TWO_MUSTS]
    Audience.objects.create(page=library[TWO_MUSTS], leaders_only=True)

    assert titles("两个务必", member) == []
    assert answered("西柏破", member) == ([], "")
    assert suggestions("西柏", reader=member, language="zh-hans", at=now()) == []
    assert suggestions("lgwb", reader=member, language="zh-hans", at=now()) == []
    assert len(titles("全会", member)) == 1
    assert titles("两个务必", secretary) == [TWO_MUSTS]
    assert answered("西柏破", secretary) == ([TWO_MUSTS], "西柏坡")
    Audience.objects.create(page=library[MEETING].get_parent(), organisation=other_branch)
    assert titles("1938", member) == [ENGLISH]
    assert titles("1938", make_member("dongshan", other_branch)) == [MEETING, ENGLISH]


def test_suggestions_hold_what_is_being_typed(library, member) -> None:
    def suggested(text: str) -> list[str]:
        return suggestions(text, reader=member, language="zh-hans", at=now())

    assert suggested("两个") == ["西柏坡与两个务必", "为什么讲两个务必"]
    assert suggested("mzj") == ["民主集中制"]
    assert suggested("mi zh") == ["民主集中制"]
    assert suggested("mi xx") == []
    assert suggested("") == suggested("?") == []


def test_search_asks_a_session_and_a_visitor_is_led_to_signing_in(library, client, member) -> None:
    assert client.get("/search/?q=群众").status_code == 302
    assert client.get("/api/v1/search?q=群众").status_code == 401
    assert client.get("/api/v1/search/suggestions?q=群众").status_code == 401

    client.force_login(member)

    found = client.get("/api/v1/search", {"q": "群众路现", "language": "zh-hans"}).json()
    assert (found["number"], found["more"], found["meant"]) == (2, False, "群众路线")
    assert found["lessons"][0]["title_html"] == "党的<mark>群众路线</mark>教育实践活动"
    assert found["lessons"][0]["url"] == "/mass-line/one/mass/"
    assert client.get("/api/v1/search/suggestions?q=西柏").json() == {"suggestions": [TWO_MUSTS]}
    assert client.get("/api/v1/search", {"q": "长" * 101}).status_code == 422
    assert client.get("/api/v1/search", {"q": "x", "page": "999999"}).status_code == 422
    assert client.get("/api/v1/search", {"q": "x", "tag": "a\x00'b"}).json()["number"] == 0


def test_who_asks_too_often_waits_a_minute(library, client, member) -> None:
    client.force_login(member)
    for _n in range(SEARCHES_A_MINUTE):
        results("群众", reader=member, narrowed=Narrowed(), page=1, at=now())

    assert client.get("/search/?q=群众").status_code == 429
    assert client.get("/api/v1/search?q=群众").status_code == 429


def test_the_page_costs_as_many_statements_for_many_hits_as_for_one(library, client, member) -> None:
    client.force_login(member)
    client.get("/search/?q=二万五千里")

    def cost(text: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/search/", {"q": text}).context["answer"].shown
        return len(captured)

    assert cost("群众") == cost("二万五千里") == cost("作风")


def test_the_index_answers_and_no_table_is_passed_over(library, member) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "set local enable_seqscan = off"
        )  # as in courses_search; so few rows it would read anyway
        cursor.execute(
            "explain select edition_id from courses_searchentry where words @@ %s::tsquery",
            [asked_for("群众路线").at("W")],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("select proconfig from pg_proc where proname = 'courses_search'")
        settings_of_search = cursor.fetchone()[0]

    assert "lessons_by_their_words" in plan
    assert "enable_seqscan=off" in settings_of_search


def test_indexing_again_changes_nothing_and_completes_what_is_missing(library, member) -> None:
    def entries() -> str:
        rows = SearchEntry.objects.order_by("pk").values("pk", "words", "heads", "text", "length")
        return json.dumps(list(rows))

    before = entries()
    assert index_missing() == 0
    SearchEntry.objects.all().delete()
    call_command("index_lessons", verbosity=0)
    assert entries() == before
    assert index_everything() == 6
    assert entries() == before


def test_a_page_planned_for_later_is_not_found_before(member) -> None:
    module = add_module()
    page = LessonPage(
        title="以后再读", slug="later", locale=module.locale, live=False, valid_as_of=date(2026, 1, 1)
    )
    module.add_child(instance=page)

    assert titles("以后", member) == []
