"""What lies on the editors' desk in the demonstration: made by the acts of the editor and the reviewer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils.timezone import now
from wagtail.models import Page, TaskState

from courses.models import LessonPage, ModulePage
from courses.reviewing import approve, send_back
from people.models import Member

SOURCE = ("source", {"work": "《关于领导方法的若干问题》", "date": "1943年6月1日"})

SUBMITTED = (
    "入户之前先问三句话",
    "ask-three-things-first",
    "敲门以前，先问清三件事：这家人最近忙什么，上次答应的事办了没有，今天想听哪一件。"
    "心里有数，坐下来才不会只说客气话。",
)
RETURNED = (
    "一张意见表该有几栏",
    "one-sheet-for-opinions",
    "栏目越少，写的人越多。留出“是什么事”“盼着怎样”“怎么找到您”三栏，就能接着办下去。",
)
PLANNED = (
    "把答复写得让人听得懂",
    "answers-people-understand",
    "答复先说结果，再说理由，最后说下一步谁来办、哪天办。能用平常话说的，不用文件里的话说。",
)
ASKED_FOR = "内容很实用。请补一个实际的例子，并核对出处的日期。"


def fill_the_desk(*, at: datetime) -> None:
    """One lesson waits for the reviewer, one was sent back, one is planned; two published ones are due."""
    module = ModulePage.objects.filter(live=True, locale__language_code="zh-hans").order_by("path").first()
    if module is None:
        return
    editor = Member.objects.get_by_natural_key("editor")
    reviewer = Member.objects.get_by_natural_key("reviewer")
    _submitted(module, SUBMITTED, editor, on=at.date())
    send_back(_submitted(module, RETURNED, editor, on=at.date()), by=reviewer, comment=ASKED_FOR)
    week = max(at, now()) + timedelta(days=7)
    approve(_submitted(module, PLANNED, editor, on=at.date()), by=reviewer, go_live_at=week)
    _let_time_pass(module, on=at.date())


def _submitted(module: ModulePage, words: tuple[str, str, str], by: Member, *, on: date) -> TaskState:
    """Write a lesson and submit it."""
    title, slug, text = words
    page = LessonPage(
        title=title,
        slug=slug,
        summary=text.partition("。")[0] + "。",
        locale=module.locale,
        owner=by,
        live=False,
        body=[("paragraph", f"<p>{text}</p>")],
        sources=[SOURCE],
        valid_as_of=on,
        review_by=on + timedelta(days=365),
    )
    module.add_child(instance=page)
    page.save_revision(user=by, log_action=True)
    return Page.objects.get(pk=page.pk).get_workflow().start(page, by).current_task_state


def _let_time_pass(module: ModulePage, *, on: date) -> None:
    """Of two lessons that were published with it, the day of review has come near, or has passed."""
    published = LessonPage.objects.child_of(module).live().order_by("path").values_list("pk", flat=True)[:2]
    for pk, day in zip(published, (on - timedelta(days=6), on + timedelta(days=12)), strict=False):
        LessonPage.objects.filter(pk=pk).update(review_by=day)
