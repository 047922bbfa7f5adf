"""Members with an open attempt and a session, as JSON: for a trial whose database is another one."""

from __future__ import annotations

import json
import sys

from django.utils.timezone import now

from quizzes.models import Attempt
from tests.bench.papers import Staged, sign_in_all, stage_members, stage_quiz

KINDS = ("single_choice", "multiple_choice", "fill_in", "ordering", "matching", "short_answer")


def tell(number: int) -> None:
    """Write a line for each of so many members: their attempt, the address of its paper, their session."""
    staged = Staged(stage_quiz(KINDS))
    members = stage_members(number)
    works = staged.begin_for(members, begun_at=now())
    papers = Attempt.objects.in_bulk([work.attempt for work in works])
    for work, cookies in zip(works, sign_in_all(members), strict=True):
        told = {
            "attempt": str(work.attempt),
            "kinds": [place["kind"] for place in papers[work.attempt].paper],
            "right": work.right,
            "token": work.token,
            "cookies": cookies,
        }
        sys.stdout.write(json.dumps(told) + "\n")
