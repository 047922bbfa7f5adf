"""The catalogue, tags, what is new, what belongs with a lesson: who sees what, and what it costs."""

from http import HTTPStatus

import pytest

from courses.models import Audience, CoursePage, HomePage, ModulePage
from programmes.progress import mark_reached
from sources.models import Passage, Work
from tests.cast import add_module, moment
from tests.courses.lessons import add_edition, add_lesson_of, publish

pytestmark = pytest.mark.django_db

NOON = moment("2026-03-10 12:00")
PAGES = ["/courses/", "/new/", "/tags/{tag}/", "/lessons/{lesson}/related/"]


def add_course(slug: str, *, tags: list[str] | None = None, **fields: object) -> ModulePage:
    """A course with a module, published."""
    home = HomePage.objects.get(locale__language_code="zh-hans")
    words = {"title": f"课程 {slug}", "category": "purpose", **fields}
    course = CoursePage(slug=slug, locale=home.locale, **words)
    course.tags.add(*(tags or []))
    home.add_child(instance=course)
    return course.add_child(instance=ModulePage(title="专题", slug="one", locale=home.locale))


def addresses(edition) -> list[str]:
    edition.page.tags.add("调查研究")
    edition.page.save()
    return [page.format(tag="调查研究", lesson=edition.translation_key) for page in PAGES]


def test_visitors_are_asked_to_sign_in_and_members_see_all_four_pages(client, member, lesson) -> None:
    for address in addresses(lesson):
        answer = client.get(address)
        assert (answer.status_code, answer.url.split("?")[0]) == (HTTPStatus.FOUND, "/sign-in/")
    client.force_login(member)
    assert [client.get(address).status_code for address in addresses(lesson)] == [200] * 4


def test_what_a_member_may_not_read_is_in_no_list_and_on_no_page(client, member, lesson) -> None:
    pages = addresses(lesson)
    other = add_edition(add_course("two", tags=["调查研究"]), "second", title="怎样做调查")
    Audience.objects.create(page=other.page, leaders_only=True)
    client.force_login(member)
    for address in pages:
        assert "怎样做调查" not in client.get(address).content.decode()
    Audience.objects.create(page=lesson.page, leaders_only=True)
    assert client.get(pages[0]).context["entries"] == []
    assert client.get(pages[1]).context["news"] == []
    assert [client.get(address).status_code for address in pages[2:]] == [404, 404]


def test_the_catalogue_tells_subject_time_and_progress_and_where_to_go_on(client, member) -> None:
    module = add_course("one", summary="从群众中来")
    editions = [add_edition(module, slug) for slug in ("first", "second")]
    mark_reached(member_id=member.pk, edition=editions[0], at=NOON)
    client.force_login(member)
    shown = client.get("/courses/").context
    [entry] = shown["entries"]

    assert (entry.course.title, entry.summary, entry.category) == ("课程 one", "从群众中来", "purpose")
    assert (entry.course.done, entry.course.minutes) == (1, 4)
    assert shown["next"][2].edition.pk == editions[1].pk


def test_all_seven_categories_stand_in_the_order_of_the_regulation(client, member, lesson) -> None:
    client.force_login(member)
    categories = client.get("/courses/?by=category").context["categories"]

    assert [category.value for category, _entries in categories] == [
        "political-theory",
        "political-training",
        "constitution-rules",
        "purpose",
        "revolutionary-tradition",
        "situation-policy",
        "knowledge-skills",
    ]
    assert [len(entries) for _category, entries in categories] == [0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"all", "village", "statutes"}),
        ("level=village", {"all", "village"}),
        ("level=county", {"all", "statutes"}),
        ("sector=rural", {"all", "village", "statutes"}),
        ("sector=organ", {"all", "statutes"}),
        ("category=constitution-rules", {"statutes"}),
        ("tag=党章", {"statutes"}),
        ("category=constitution-rules&level=village", set()),
        ("category=no-such&level=%00&tag=x", {"all", "village", "statutes"}),
    ],
)
def test_courses_are_found_by_subject_level_field_and_tag(client, member, asked, found) -> None:
    add_edition(add_course("all"))
    add_edition(add_course("village", levels=["village"], sectors=["rural"]))
    add_edition(add_course("statutes", levels=["county"], category="constitution-rules", tags=["党章"]))
    client.force_login(member)
    entries = client.get(f"/courses/?{asked}").context["entries"]

    assert {entry.course.url.strip("/") for entry in entries} == found


def test_what_is_new_says_what_changed(client, member) -> None:
    module = add_module()
    _new, words, checked = (add_edition(module, slug, title=slug) for slug in ("new", "words", "checked"))
    publish(words.page, body=[("paragraph", "<p>新写的一段。</p>")])
    publish(checked.page, valid_as_of=moment("2026-11-20 12:00").date())
    client.force_login(member)
    news = client.get("/new/").context["news"]

    assert [(each.title, str(each.kind)) for each in news] == [
        ("checked", "checked"),
        ("words", "words"),
        ("new", "new"),
    ]
    checked.page.unpublish()
    assert [each.title for each in client.get("/new/").context["news"]] == ["words", "new"]


@pytest.mark.parametrize("page", ["0", "x", "-1", "²", "99999999999999999999"])
def test_a_page_that_does_not_exist_is_an_ordinary_page(client, member, lesson, page) -> None:
    client.force_login(member)
    assert client.get("/new/", {"page": page}).status_code == HTTPStatus.OK


def test_related_are_lessons_with_shared_tags_and_then_those_of_the_subject(client, member) -> None:
    own = add_course("own", tags=["调查"])
    lesson, beside = add_edition(own, "lesson", title="这一课"), add_edition(own, "beside", title="同课程")
    add_edition(add_course("subject"), title="同一类")
    add_edition(add_course("tagged", category="situation-policy", tags=["调查"]), title="同标签")
    add_edition(add_course("far", category="knowledge-skills"), title="不相干")
    client.force_login(member)
    shown = client.get(f"/lessons/{lesson.translation_key}/related/").context["lessons"]

    assert [each.title for each in shown] == ["同标签", "同一类", "同课程"]
    assert beside.title == "同课程"


def test_the_lesson_says_where_it_comes_from_and_when_it_is_checked(client, member) -> None:
    work = Work.objects.create(reference="w", title="《工作》", edition="人民出版社", date="1943年6月1日")
    passage = Passage.objects.create(reference="p", work=work, text="从群众中来，到群众中去。")
    page = add_lesson_of(add_module(), ("locked_quotation", passage), ("locked_quotation", passage))
    client.force_login(member)
    shown = client.get("/mass-line/one/first/").context["edition"]

    assert shown.sources == [
        {"work": "《中国共产党章程》", "date": "2022年10月22日"},
        {"work": "《工作》", "date": "1943年6月1日"},
    ]
    assert (shown.valid_as_of, shown.review_by) == (page.valid_as_of, page.review_by)


def test_the_course_and_the_module_lead_on_to_the_next_lesson(client, member) -> None:
    module = add_module()
    editions = [add_edition(module, slug) for slug in ("first", "second")]
    mark_reached(member_id=member.pk, edition=editions[0], at=NOON)
    client.force_login(member)
    for address in ("/mass-line/", "/mass-line/one/"):
        assert client.get(address).context["next"][2].edition.pk == editions[1].pk


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # session, member; outline, reached, studied; courses, their tags; what is new; offices
        ("/courses/", 9),
        ("/courses/?by=category", 9),
        # session, member; what is new; offices
        ("/new/", 4),
        # session, member; tag; outline, reached, studied; courses, their tags; lessons of the tag; offices
        ("/tags/t1/", 10),
    ],
)
def test_a_list_costs_the_same_however_long_it_is(
    client, member, django_assert_num_queries, address, queries
) -> None:
    client.force_login(member)
    for numbers in (range(1), range(1, 6)):
        for number in numbers:
            add_edition(add_course(f"course-{number}", tags=["t1", "t2"]))
        client.get(address)
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == HTTPStatus.OK
