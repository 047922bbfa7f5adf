"""Works and passages in the editor's menu: what is quoted is changed by two, and stays."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from people.models import Office
from sources.models import Passage, Work
from tests.cast import add_module, give_office, make_member
from tests.courses.lessons import add_lesson_of, live_edition
from tests.quizzes.papers import add_question
from tests.sources.quoted import PASSAGE, add_passage, reword

pytestmark = pytest.mark.django_db

PAGES = "wagtailsnippets_sources_passage"


@pytest.fixture
def reviewer(county):
    reviewer = make_member("shenhe", name="孙倩")
    give_office(reviewer, county, Office.Kind.REVIEWER)
    return reviewer


@pytest.fixture
def other_reviewer(county):
    reviewer = make_member("shenhe2", name="钱明")
    give_office(reviewer, county, Office.Kind.REVIEWER)
    return reviewer


def send(client, who, passage, *, publish=False, **words):
    """What the form of a passage sends."""
    fields = {name: PASSAGE[name] for name in ("text", "text_en", "place", "place_en")}
    data = {**fields, "work": str(passage.work_id), "reference": passage.reference, **words}
    client.force_login(who)
    return client.post(
        reverse(f"{PAGES}:edit", args=[passage.pk]), data | ({"action-publish": "1"} if publish else {})
    )


def words_of(passage):
    return Passage.objects.get(pk=passage.pk).text


def test_what_nothing_quotes_a_reviewer_changes_alone(client, reviewer) -> None:
    passage = add_passage()

    assert send(client, reviewer, passage, publish=True, text="新的话").status_code == HTTPStatus.FOUND
    assert words_of(passage) == "新的话"


@pytest.mark.parametrize("quoted_by", ["a lesson", "a draft", "a question"])
def test_what_is_quoted_nobody_changes_alone(client, reviewer, quoted_by) -> None:
    passage = add_passage()
    if quoted_by == "a question":
        question = add_question("L1")
        question.passage = passage
        question.save()
    else:
        page = add_lesson_of(add_module(), ("paragraph", "<p>文</p>"))
        page.body = [("locked_quotation", passage)]
        revision = page.save_revision()
        if quoted_by == "a lesson":
            revision.publish()

    answer = send(client, reviewer, passage, publish=True, text="新的话")
    assert (answer.status_code, words_of(passage)) == (HTTPStatus.OK, PASSAGE["text"])
    assert not Passage.objects.get(pk=passage.pk).has_unpublished_changes


def test_one_proposes_and_another_publishes_the_very_same_words(
    client, editor, reviewer, other_reviewer
) -> None:
    passage = add_passage()
    edition = live_edition(add_lesson_of(add_module(), ("locked_quotation", passage)))

    assert send(client, editor, passage, text="新的话").status_code == HTTPStatus.FOUND
    assert words_of(passage) == PASSAGE["text"]
    assert send(client, reviewer, passage, publish=True, text="又改一字").status_code == HTTPStatus.OK
    assert words_of(passage) == PASSAGE["text"]
    send(client, reviewer, passage, text="又改一字")
    assert send(client, reviewer, passage, publish=True, text="又改一字").status_code == HTTPStatus.OK
    assert (
        send(client, other_reviewer, passage, publish=True, text="又改一字").status_code == HTTPStatus.FOUND
    )
    assert words_of(passage) == "又改一字"
    wordings = [(row.content["text"], row.user and row.user.name) for row in passage.revisions.order_by("pk")]
    assert (wordings[0], wordings[1], wordings[-1]) == (
        (PASSAGE["text"], None),
        ("新的话", "周敏"),
        ("又改一字", "钱明"),
    )
    edition.refresh_from_db()
    assert "从群众中来" in edition.html
    page = client.get(reverse(f"{PAGES}:edit", args=[passage.pk])).text
    assert all(words in page for words in (PASSAGE["text"], "新的话", "周敏"))


def test_an_editor_may_propose_and_not_publish(client, editor) -> None:
    passage = add_passage()
    send(client, editor, passage, publish=True, text="新的话")

    assert words_of(passage) == PASSAGE["text"]


def test_the_edition_of_a_quoted_work_is_not_changed_by_one_either(client, reviewer) -> None:
    passage = add_passage()
    add_lesson_of(add_module(), ("locked_quotation", passage))
    client.force_login(reviewer)
    data = {"title": "别的题", "edition": "别的版本", "date": "1943年", "reference": "methods"}
    answer = client.post(
        reverse("wagtailsnippets_sources_work:edit", args=[passage.work_id]), data | {"action-publish": "1"}
    )

    assert (answer.status_code, Work.objects.get().edition) == (HTTPStatus.OK, "中共中央的决定")


@pytest.mark.parametrize("act", ["delete", "unpublish", "many"])
def test_what_is_quoted_is_neither_deleted_nor_withdrawn(client, reviewer, act) -> None:
    passage = add_passage()
    add_lesson_of(add_module(), ("locked_quotation", passage))
    client.force_login(reviewer)
    address = (
        reverse("wagtail_bulk_action", args=["sources", "passage", "delete"]) + f"?id={passage.pk}"
        if act == "many"
        else reverse(f"{PAGES}:{act}", args=[passage.pk])
    )
    answer = client.post(address, follow=True)

    assert "所以不能删" in answer.text or "so it stays" in answer.text
    assert Passage.objects.filter(pk=passage.pk, live=True).exists()


def test_a_passage_nobody_quotes_is_deleted_by_a_reviewer_and_not_by_an_editor(
    client, editor, reviewer
) -> None:
    passage = add_passage()
    for who, left in ((editor, 1), (reviewer, 0)):
        client.force_login(who)
        client.post(reverse(f"{PAGES}:delete", args=[passage.pk]))
        assert Passage.objects.count() == left


def test_the_page_of_a_passage_tells_where_it_is_quoted(client, editor) -> None:
    passage = add_passage()
    add_lesson_of(add_module(), ("locked_quotation", passage))
    passage = reword(passage, text="新的话")
    client.force_login(editor)
    page = client.get(reverse(f"{PAGES}:edit", args=[passage.pk])).text

    assert "群众路线是怎样形成的" in page
    assert "w-status--primary" in page


def test_the_list_finds_words_in_the_middle_of_a_sentence_and_costs_the_same_with_many(
    client, editor, django_assert_max_num_queries
) -> None:
    add_passage()
    client.force_login(editor)
    address = reverse(f"{PAGES}:list")
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    for number in range(12):
        add_passage(f"p{number}", text=f"第{number}段话，说的是学习")
    with django_assert_max_num_queries(len(few)):
        assert len(client.get(address).context["object_list"]) == 13
    found = client.get(address, {"q": "中来，到群"}).context["object_list"]
    assert [passage.reference for passage in found] == ["from-the-masses"]


def test_only_what_is_published_can_be_chosen(client, editor) -> None:
    add_passage()
    Passage.objects.filter(pk=add_passage("draft", text="未定的话").pk).update(live=False)
    client.force_login(editor)
    page = client.get(reverse("wagtailsnippetchoosers_sources_passage:choose_results"), {"q": "话"}).text

    assert "未定的话" not in page
    page = client.get(reverse("wagtailsnippetchoosers_sources_passage:choose_results")).text
    assert "从群众中来" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("editor", HTTPStatus.OK),
        ("reviewer", HTTPStatus.OK),
        ("member", HTTPStatus.NOT_FOUND),
        ("secretary", HTTPStatus.NOT_FOUND),
    ],
)
@pytest.mark.parametrize("page", ["list", "edit", "history"])
def test_who_may_look(client, request, who, status, page) -> None:
    passage = add_passage()
    client.force_login(request.getfixturevalue(who))

    address = reverse(f"{PAGES}:{page}", args=[] if page == "list" else [passage.pk])
    assert client.get(address).status_code == status
