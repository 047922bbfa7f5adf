"""What a reader keeps of a lesson, and what they tell the editors."""

from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses import reading
from courses.editions import Change, Piece, changes
from courses.error_reports import AnsweredAlready, AnswerMissing, answer, open_reports
from courses.lesson_words import paragraphs
from courses.models import (
    Audience,
    Bookmark,
    EditionRead,
    ErrorAnswer,
    ErrorReport,
    Feedback,
    LessonEdition,
    Note,
)
from courses.publishing import lesson_url
from people.models import AuditEntry
from programmes.progress import mark_reached
from tests.cast import add_lesson, add_module, make_member, moment
from tests.courses.lessons import live_edition, publish

NOON = moment("2026-03-10 12:00")
KEY = UUID(int=7)


def address(edition, what):
    return f"/lessons/{edition.translation_key}/{what}/"


def rewritten(edition, *paragraphs):
    return live_edition(publish(edition.page, body=[("paragraph", f"<p>{text}</p>") for text in paragraphs]))


# Notes


@pytest.mark.django_db
def test_a_note_is_kept_once_however_often_it_is_sent(client, member, lesson) -> None:
    client.force_login(member)
    sent = {"act": "write", "key": str(KEY), "text": "  回去问问老张  "}
    for _time in range(2):
        assert client.post(address(lesson, "notes"), sent).status_code == HTTPStatus.FOUND
    page = client.get(address(lesson, "notes"))
    assert [note.text for note in page.context["notes"]] == ["回去问问老张"]
    assert "回去问问老张" in page.content.decode()


@pytest.mark.django_db
def test_the_database_holds_a_note_encrypted(member, lesson) -> None:
    reading.write_note(member, lesson.translation_key, "只有我知道", key=KEY, at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("select text from courses_note")
        (kept,) = cursor.fetchone()
    assert "只有我知道" not in kept
    assert [note.text for note in reading.notes_on(member, lesson.translation_key)] == ["只有我知道"]


@pytest.mark.django_db
def test_nobody_else_sees_changes_or_removes_a_note(client, member, secretary, lesson) -> None:
    reading.write_note(member, lesson.translation_key, "我的", key=KEY, at=NOON)
    client.force_login(secretary)
    assert "我的" not in [note.text for note in client.get(address(lesson, "notes")).context["notes"]]
    client.post(address(lesson, "notes"), {"act": "remove", "key": str(KEY)})
    client.post(
        address(lesson, "notes"), {"act": "change", "key": str(KEY), "seen": NOON.isoformat(), "text": "改"}
    )
    assert [(note.member_id, note.text) for note in Note.objects.order_by("pk")] == [
        (member.pk, "我的"),
        (secretary.pk, "改"),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "字" * 2001])
def test_an_empty_or_endless_note_is_refused_and_stays_in_the_box(client, member, lesson, text) -> None:
    client.force_login(member)
    page = client.post(address(lesson, "notes"), {"act": "write", "key": str(KEY), "text": text})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert text in page.content.decode()
    assert not Note.objects.exists()


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.text("甲乙丙", min_size=1, max_size=3)), max_size=6))
def test_no_words_are_lost_when_two_devices_change_a_note(member, lesson, turns) -> None:
    """Each turn: whether that device has loaded the page again before, and what it writes."""
    Note.objects.all().delete()
    reading.write_note(member, lesson.translation_key, "原来", key=KEY, at=NOON)
    seen = NOON
    for number, (reloads, text) in enumerate(turns, start=1):
        if reloads:
            seen = Note.objects.get(key=KEY).changed_at
        at = NOON + timedelta(minutes=number)
        reading.change_note(member, lesson.translation_key, KEY, text, seen=seen, at=at)
        assert text in {note.text for note in reading.notes_on(member, lesson.translation_key)}


@pytest.mark.django_db
def test_a_note_changed_on_another_device_is_kept_beside_the_other(member, lesson) -> None:
    reading.write_note(member, lesson.translation_key, "原来", key=KEY, at=NOON)
    later = NOON + timedelta(minutes=1)
    change = {"seen": NOON, "at": later}
    assert reading.change_note(member, lesson.translation_key, KEY, "手机上", **change)
    assert not reading.change_note(member, lesson.translation_key, KEY, "电脑上", **change)
    assert not reading.change_note(member, lesson.translation_key, KEY, "电脑上", **change)
    assert [note.text for note in reading.notes_on(member, lesson.translation_key)] == ["手机上", "电脑上"]


# Bookmarks


@pytest.mark.django_db
def test_a_bookmark_is_kept_found_and_removed(client, member, lesson) -> None:
    client.force_login(member)
    for _time in range(2):
        client.post(address(lesson, "bookmark"), {"act": "keep"})
    assert Bookmark.objects.count() == 1
    (kept,) = client.get("/my-lessons/").context["kept"]
    assert (kept.title, kept.is_bookmarked, kept.notes) == ("群众路线是怎样形成的", True, 0)
    client.post(address(lesson, "bookmark"), {"act": "remove"})
    assert client.get("/my-lessons/").context["kept"] == []


# Who may


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["notes", "changes", "error", "feedback"])
def test_pages_of_a_lesson_open_to_who_may_read_it(client, member, county, lesson, what) -> None:
    assert "/sign-in/" in client.get(address(lesson, what)).url
    client.force_login(member)
    assert client.get(address(lesson, what)).status_code == HTTPStatus.OK
    Audience.objects.create(page=lesson.page, leaders_only=True)
    assert client.get(address(lesson, what)).status_code == HTTPStatus.NOT_FOUND
    assert client.post(address(lesson, "bookmark")).status_code == HTTPStatus.NOT_FOUND
    assert not Bookmark.objects.exists()


# Updated since you read it


@pytest.mark.django_db
def test_a_reader_hears_that_a_lesson_has_changed_until_they_read_it_again(client, member, lesson) -> None:
    mark_reached(member_id=member.pk, edition=lesson, at=NOON)
    assert reading.changed_since_read(member, language="zh-hans") == []
    newer = rewritten(lesson, "从群众中来。", "新的一段。")

    assert reading.changed_since_read(member, language="zh-hans") == [newer]
    client.force_login(member)
    assert address(newer, "changes") in client.get("/my-lessons/").content.decode()
    page = client.get(address(newer, "changes")).content.decode()
    assert "<ins>新的一段。</ins>" in page
    mark_reached(member_id=member.pk, edition=newer, at=NOON + timedelta(days=1))
    assert reading.changed_since_read(member, language="zh-hans") == []
    assert EditionRead.objects.count() == 2


@pytest.mark.django_db
def test_new_dates_of_checking_are_no_change_of_what_was_read(member, lesson) -> None:
    mark_reached(member_id=member.pk, edition=lesson, at=NOON)
    newer = live_edition(publish(lesson.page, valid_as_of=date(2026, 11, 20)))
    assert newer != lesson
    assert reading.changed_since_read(member, language="zh-hans") == []
    assert reading.read_before(member, newer) is None


@pytest.mark.django_db
def test_a_change_of_one_language_is_none_of_the_other(member, lesson) -> None:
    english = live_edition(add_lesson(add_module("en"), translation_key=lesson.translation_key, slug="first"))
    mark_reached(member_id=member.pk, edition=lesson, at=NOON)
    rewritten(english, "Other words.")
    assert reading.changed_since_read(member, language="en") == []
    assert reading.changed_since_read(member, language="zh-hans") == []


def edition_of(*paragraphs: str) -> LessonEdition:
    return LessonEdition(title="题", html="".join(f"<p>{text}</p>" for text in paragraphs))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["一。", "二。"], ["一。", "二。"], []),
        (["党的一大在上海召开。"], ["党的一大在上海开幕。"], [
            Change("changed", (
                Piece("same", "党的一大在上海"), Piece("removed", "召"), Piece("same", "开"),
                Piece("added", "幕"), Piece("same", "。"),
            )),
        ]),
        (["甲"], ["甲", "全新的话"], [Change("added", (Piece("added", "全新的话"),))]),
        (["甲", "要去掉的"], ["甲"], [Change("removed", (Piece("removed", "要去掉的"),))]),
    ],
)  # fmt: skip
def test_differences_are_told_by_paragraph_and_by_character(old, new, expected) -> None:
    assert changes(edition_of(*old), edition_of(*new)) == expected


@given(*[st.lists(st.text("从群众中来到去。", min_size=1, max_size=8), max_size=5)] * 2)
def test_the_differences_rebuild_both_sides(old, new) -> None:
    before, after = edition_of(*old), edition_of(*new)
    found = changes(before, after)
    removed = "".join(p.text for c in found for p in c.pieces if p.kind == "removed")
    added = "".join(p.text for c in found for p in c.pieces if p.kind == "added")
    lengths = [len("".join(paragraphs(e.title, e.summary, e.html))) for e in (before, after)]
    grown = lengths[1] - lengths[0]
    assert len(added) - len(removed) == grown


# Errors and opinions


@pytest.mark.django_db
def test_an_error_report_reaches_the_desk_once_and_its_answer_the_reader(
    client, member, editor, lesson
) -> None:
    client.force_login(member)
    sent = {"key": str(KEY), "about": "fact", "part": "", "words": "年份写错了，应为1943年"}
    for _time in range(2):
        assert client.post(address(lesson, "error"), sent).status_code == HTTPStatus.FOUND
    (report,) = open_reports()
    assert (report.edition, report.words) == (lesson, "年份写错了，应为1943年")

    answer(report, outcome="mended", words="谢谢，已改。", by=editor, at=NOON)
    assert list(open_reports()) == []
    assert "谢谢，已改。" in client.get("/my-lessons/").content.decode()
    assert AuditEntry.objects.filter(action="error_report.answered").count() == 1
    with pytest.raises(AnsweredAlready):
        answer(report, outcome="later", words="", by=editor, at=NOON)
    assert ErrorAnswer.objects.get().outcome == "mended"


@pytest.mark.django_db
def test_saying_that_there_is_no_error_needs_words(member, editor, lesson) -> None:
    reading.report_error(member, lesson, about="other", part="", words="怪", key=KEY, at=NOON)
    with pytest.raises(AnswerMissing):
        answer(open_reports()[0], outcome="no_error", words=" ", by=editor, at=NOON)
    assert open_reports().count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"about": "nonsense"}, {"words": ""}, {"words": "字" * 2001}, {"part": "别处"}, {"key": "x"}]
)
def test_a_report_that_says_nothing_or_nonsense_is_refused_in_the_form(client, member, lesson, wrong) -> None:
    client.force_login(member)
    sent = {"key": str(KEY), "about": "fact", "part": "", "words": "错了"} | wrong
    assert client.post(address(lesson, "error"), sent).status_code == HTTPStatus.OK
    assert not ErrorReport.objects.exists()


@pytest.mark.django_db
def test_twenty_reports_a_day_are_enough(member, lesson) -> None:
    ErrorReport.objects.bulk_create(
        ErrorReport(edition=lesson, member=member, about="other", words="错", made_at=NOON) for _ in range(20)
    )
    with pytest.raises(reading.TooManyReports):
        reading.report_error(member, lesson, about="other", part="", words="又", key=uuid4(), at=NOON)
    assert ErrorReport.objects.count() == 20
    tomorrow = NOON + timedelta(days=1, minutes=1)
    reading.report_error(member, lesson, about="other", part="", words="又", key=uuid4(), at=tomorrow)


@pytest.mark.django_db
def test_editors_see_opinions_from_five_members_on_and_the_last_word_of_each(client, member, lesson) -> None:
    client.force_login(member)
    for verdict in ("hard", "nonsense", "good"):
        client.post(address(lesson, "feedback"), {"verdict": verdict})
    others = [make_member(f"f{number}") for number in range(3)]
    for other in others:
        reading.say_how_it_was(other, lesson, Feedback.Verdict.LONG, at=NOON)
    assert reading.verdicts_on([lesson]) == {}
    reading.say_how_it_was(make_member("f9"), lesson, Feedback.Verdict.GOOD, at=NOON)
    assert reading.verdicts_on([lesson]) == {lesson.pk: {"good": 2, "long": 3}}


@pytest.mark.django_db
def test_my_lessons_costs_the_same_however_many_there_are(client, member, django_assert_num_queries) -> None:
    module = add_module()

    def keep(first: int, last: int) -> None:
        for number in range(first, last):
            edition = live_edition(add_lesson(module, f"l{number}", title=f"第{number}课"))
            reading.keep_bookmark(member, edition.translation_key, at=NOON)
            reading.write_note(member, edition.translation_key, "记", key=uuid4(), at=NOON)
            reading.report_error(member, edition, about="other", part="", words="错", key=uuid4(), at=NOON)
            mark_reached(member_id=member.pk, edition=edition, at=NOON)
            rewritten(edition, "改过了。")

    keep(0, 2)
    client.force_login(member)
    client.get("/my-lessons/")
    # session, member; changed, bookmarks, notes, titles, reports, offices
    with django_assert_num_queries(8):
        client.get("/my-lessons/")
    keep(2, 6)
    with django_assert_num_queries(8):
        assert len(client.get("/my-lessons/").context["kept"]) == 6


@pytest.mark.django_db
def test_the_lesson_page_says_that_it_has_changed_until_it_is_read_again(client, member, lesson) -> None:
    mark_reached(member_id=member.pk, edition=lesson, at=NOON)
    client.force_login(member)
    assert not client.get(lesson_url(lesson)).context["is_updated"]
    newer = rewritten(lesson, "从群众中来。", "新的一段。")
    for _time in range(2):
        assert address(newer, "changes") in client.get(lesson_url(newer)).content.decode()
    mark_reached(member_id=member.pk, edition=newer, at=NOON)
    assert address(newer, "changes") not in client.get(lesson_url(newer)).content.decode()
