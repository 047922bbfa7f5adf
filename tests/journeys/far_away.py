"""Done by other processes of the served installation: the scheduler's work, a lesson of every block."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

from tests.journeys.conftest import ROOT, Served, surroundings


def elsewhere(served: Served, act: str) -> None:
    """Have one of the functions below done in a process of its own."""
    done = f"from tests.journeys import far_away; far_away.{act}"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", done]
    subprocess.run(command, cwd=ROOT, env=surroundings(served), check=True)


def publish_in_two_days(course: int) -> None:
    """The reviewer approves the rest of a course; two days later the scheduler does its work."""
    from django.core.management import call_command
    from django.utils import timezone
    from wagtail.models import Page, TaskState

    from courses.reviewing import approve
    from people.models import Member

    reviewer = Member.objects.get_by_natural_key("reviewer")
    for page in Page.objects.get(pk=course).get_descendants(inclusive=True).order_by("path"):
        state = page.current_workflow_task_state
        if state and state.status == TaskState.STATUS_IN_PROGRESS:
            approve(state, by=reviewer)
    here = timezone.now
    timezone.now = lambda: here() + timedelta(days=2)
    call_command("publish_scheduled")


def publish_every_block(slug: str) -> None:
    """A lesson that has each block once, in the first Chinese module, as the system would load it."""
    from django.core.files.base import ContentFile
    from django.utils import translation
    from wagtail.documents import get_document_model
    from wagtail.images import get_image_model

    from courses.blocks import LessonBody
    from courses.models import ModulePage
    from quizzes.models import Quiz
    from sources.models import Passage
    from tests.cast import add_lesson

    def file(ending: str) -> object:
        document = get_document_model()(title=ending)
        document.file.save(f"{slug}.{ending}", ContentFile(b"WEBVTT\n" if ending == "vtt" else b"x"))
        return document

    translation.activate("zh-hans")
    chosen = {
        "locked_quotation": Passage.objects.filter(live=True).first(),
        "quiz": Quiz.objects.first(),
        "image": {"image": get_image_model().objects.first(), "alt": "一张收回来的意见表", "caption": "图一"},
    }
    body = []
    for name, block in LessonBody().child_blocks.items():
        value = chosen[name] if name in chosen else block.get_preview_value()
        for part, ending in (
            ("file", {"video": "mp4", "audio": "mp3", "document": "pdf"}.get(name)),
            ("captions", "vtt"),
        ):
            if isinstance(value, dict) and part in value and ending:
                value[part] = file(ending)
        body.append((name, value))
    module = ModulePage.objects.filter(live=True, locale__language_code="zh-hans").order_by("path").first()
    add_lesson(module, slug, title="每一种版块", body=body)


def stand_every_kind() -> None:
    """A quiz with a question of each kind, two of them of one case, at the last module."""
    from courses.models import ModulePage
    from tests.quizzes.kinds import add_case, add_fill_in, add_matching, add_ordering, add_short_answer
    from tests.quizzes.papers import SEVERAL, TRUE_FALSE, add_question, add_quiz

    case = add_case()
    quiz = add_quiz(
        add_question("单选"),
        add_question("多选", kind=SEVERAL, right=[0, 1]),
        add_question("判断", kind=TRUE_FALSE, of=2),
        add_fill_in(is_partial=True),
        add_ordering(is_partial=True),
        add_matching(is_partial=True, case=case),
        add_short_answer(case=case),
        title="各种题型",
    )
    last = ModulePage.objects.live().filter(locale__language_code="zh-hans").order_by("path").last()
    for page in last.get_translations(inclusive=True).specific():
        page.quiz = quiz
        page.save_revision().publish()
