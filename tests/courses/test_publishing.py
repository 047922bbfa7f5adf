"""Publishing freezes an edition: the words, the screens and the reading time, once for the same words."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import override

from courses.models import LessonEdition, PrivateDocument
from courses.publishing import freeze_edition, subjects_of
from courses.rendering import reading_seconds, render_lesson
from tests.cast import CHINESE, add_lesson, add_module
from tests.courses.lessons import add_lesson_of, editions_of, publish
from tests.quizzes.papers import add_question, add_quiz

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("从群众中来，到群众中去。", 2.5),
        ("study", 1 / 3),
        ("From the masses, to the masses.", 2),
        ("don't stop", 2 / 3),
        ("2014年1月", 2 / 3 + 2 / 4),
        ("……——！？", 0),
    ],
)
def test_reading_takes_four_characters_or_three_words_a_second(text, seconds) -> None:
    assert reading_seconds(text) == pytest.approx(seconds)


def test_publishing_freezes_words_screens_and_reading_time() -> None:
    page = add_lesson(add_module(), paragraphs=3, summary="一句话。")
    (edition,) = editions_of(page)

    assert (edition.language, edition.title, edition.summary) == (
        "zh-hans",
        "群众路线是怎样形成的",
        "一句话。",
    )
    assert edition.screens == [37.5, 37.5, 37.5]
    assert (edition.expected_seconds, edition.media_seconds, edition.minutes) == (112, 0, 2)
    assert edition.html.count("从群众中来，到群众中去。") == 45
    assert edition.html.count('<div class="screen" data-screen="2" data-seconds="37.5">') == 1
    assert (edition.valid_as_of, edition.is_live, edition.page_id) == (date(2026, 11, 1), True, page.pk)


def test_an_english_lesson_has_its_own_reading_time() -> None:
    (edition,) = editions_of(add_lesson(add_module("en"), paragraphs=2))

    assert (edition.language, edition.screens, edition.expected_seconds) == ("en", [36.0, 36.0], 72)


def test_a_heading_opens_a_screen_once_half_of_one_is_full_and_stands_in_the_contents() -> None:
    paragraph = ("paragraph", f"<p>{CHINESE}</p>")
    body = [("heading", "缘起"), paragraph, ("heading", "形成"), ("paragraph", "<p>短。</p>")]
    (edition,) = editions_of(add_lesson_of(add_module(), *body))

    assert edition.screens == [38.0, 0.8]
    assert edition.contents == [{"id": "part-0", "text": "缘起"}, {"id": "part-2", "text": "形成"}]
    assert '<h2 id="part-2">形成</h2>' in edition.html


def test_short_pieces_share_a_screen_and_an_empty_lesson_still_takes_a_second() -> None:
    module = add_module()
    (short,) = editions_of(add_lesson_of(module, *[("paragraph", "<p>短。</p>")] * 3, slug="short"))
    (empty,) = editions_of(add_lesson_of(module, slug="empty"))

    assert (short.screens, short.expected_seconds) == ([0.8], 1)
    assert (empty.screens, empty.expected_seconds) == ([0.0], 1)


def test_an_edition_names_its_quizzes_and_sources() -> None:
    quiz = add_quiz(add_question("L1"))
    source = {"work": "《中国共产党章程》总纲", "date": "2022年10月22日"}
    page = add_lesson_of(add_module(), ("quiz", quiz))
    *_older, edition = editions_of(publish(page, sources=[("source", source)]))

    assert (edition.quiz_keys, edition.sources) == ([str(quiz.key)], [source])


def test_the_same_words_again_are_the_same_edition() -> None:
    page = add_lesson(add_module())
    (first,) = editions_of(page)
    publish(page, slug="another-address")

    (again,) = editions_of(page)
    assert (again.pk, again.digest, again.frozen_at) == (first.pk, first.digest, first.frozen_at)
    assert again.is_live


@pytest.mark.parametrize(
    "change",
    [
        {"title": "群众路线的形成"},
        {"summary": "新的提要"},
        {"body": [("paragraph", f"<p>{CHINESE}</p>")] * 2},
        {"sources": [("source", {"work": "《中国共产党章程》总纲", "date": ""})]},
        {"valid_as_of": date(2026, 11, 20)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_words_are_a_new_edition_and_the_old_one_is_no_longer_read(change) -> None:
    page = add_lesson(add_module())
    publish(page, **change)

    old, new = editions_of(page)
    assert (old.is_live, new.is_live, old.digest == new.digest) == (False, True, False)
    assert (old.title, old.screens) == ("群众路线是怎样形成的", [37.5, 37.5, 37.5])


def test_going_back_to_the_earlier_words_goes_back_to_the_earlier_edition() -> None:
    page = add_lesson(add_module())
    page = publish(page, title="群众路线的形成")
    publish(page, title="群众路线是怎样形成的")

    old, new = editions_of(page)
    assert (old.is_live, new.is_live) == (True, False)


def test_a_draft_changes_nothing_for_readers() -> None:
    page = add_lesson(add_module())
    page.title = "还没有写完"
    page.save_revision()

    assert [(edition.title, edition.is_live) for edition in editions_of(page)] == [
        ("群众路线是怎样形成的", True)
    ]


def test_unpublishing_withdraws_the_edition_and_keeps_it() -> None:
    page = add_lesson(add_module())
    page.unpublish()

    (edition,) = editions_of(page)
    assert (edition.is_live, edition.page_id) == (False, page.pk)
    assert edition.html.count("从群众中来") == 45


def test_unpublishing_a_course_with_all_below_withdraws_every_lesson() -> None:
    module = add_module()
    page = add_lesson(module)
    course = module.get_parent()
    for below in course.get_descendants(inclusive=True).specific():
        below.unpublish()

    assert [edition.is_live for edition in editions_of(page)] == [False]


def test_a_deleted_lesson_leaves_its_edition_and_its_title_in_the_record() -> None:
    page = add_lesson(add_module())
    key = page.translation_key
    page.delete()

    edition = LessonEdition.objects.get(translation_key=key)
    assert (edition.is_live, edition.page) == (False, None)
    subject = subjects_of([key])[key]
    assert (subject.title, subject.url) == ("群众路线是怎样形成的", "")


def test_each_language_has_one_live_edition_under_the_same_key() -> None:
    chinese = add_lesson(add_module())
    english = add_lesson(add_module("en"), translation_key=chinese.translation_key)

    live = LessonEdition.objects.live().filter(translation_key=chinese.translation_key)
    assert sorted(live.values_list("language", "page_id")) == [("en", english.pk), ("zh-hans", chinese.pk)]


def test_the_database_refuses_two_live_editions_of_a_lesson_in_a_language() -> None:
    page = add_lesson(add_module())
    publish(page, title="群众路线的形成")
    old, new = editions_of(page)

    with (
        pytest.raises(IntegrityError, match="one_edition_of_a_lesson_is_live_in_a_language"),
        transaction.atomic(),
    ):
        LessonEdition.objects.filter(pk=old.pk).update(is_live=True)
    assert list(LessonEdition.objects.live().filter(page=page)) == [new]


def test_an_edition_is_the_same_in_whatever_language_the_editor_works() -> None:
    page = add_lesson_of(add_module(), ("key_terms", {"terms": [{"term": "群众", "meaning": "人民"}]}))
    with override("en"):
        in_english = render_lesson(page)
    with override("zh-hans"):
        in_chinese = render_lesson(page)

    assert (in_english.digest, in_english.html) == (in_chinese.digest, in_chinese.html)


def test_freezing_twice_keeps_the_first_moment() -> None:
    page = add_lesson(add_module())
    (first,) = editions_of(page)
    again = freeze_edition(page, at=now() + timedelta(hours=1))

    assert (again.pk, again.frozen_at) == (first.pk, first.frozen_at)
    assert len(editions_of(page)) == 1


def test_the_record_speaks_of_a_lesson_in_the_readers_language() -> None:
    chinese = add_lesson(add_module())
    key = chinese.translation_key
    english = add_lesson(add_module("en"), translation_key=key, slug="how-it-formed")

    with override("en"):
        assert subjects_of([key])[key].url == "/en/mass-line/one/how-it-formed/"
        assert subjects_of([key])[key].title == "How it formed"
    with override("zh-hans"):
        assert subjects_of([key])[key].url == "/mass-line/one/first/"
    english.unpublish()
    with override("en"):
        assert (subjects_of([key])[key].title, subjects_of([key])[key].url) == ("How it formed", "")


def test_a_recording_takes_its_own_length_and_a_corrected_length_is_a_new_edition() -> None:
    file = PrivateDocument.objects.create(title="录音", file=ContentFile(b"ID3", name="lesson.mp3"))
    audio = {"file": file, "title": "录音", "seconds": 300, "transcript": "从群众中来。"}
    page = add_lesson_of(add_module(), ("audio", audio))
    publish(page, body=[("audio", audio | {"seconds": 420})])

    first, second = editions_of(page)
    assert (first.media_seconds, second.media_seconds) == (300, 420)
    assert second.expected_seconds == first.expected_seconds + 120
    assert second.is_live


def test_a_change_planned_for_later_leaves_what_readers_see() -> None:
    page = add_lesson(add_module())
    page = publish(page, title="群众路线的形成", go_live_at=now() + timedelta(hours=1))

    (edition,) = editions_of(page)
    assert (edition.title, edition.is_live, page.live) == ("群众路线是怎样形成的", True, True)
