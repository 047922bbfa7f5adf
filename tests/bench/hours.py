"""The study clock: traces of learners, single beats, what waited on a device. The large ledger comes last."""

from __future__ import annotations

from collections.abc import Sequence

from courses.models import LessonEdition
from tests.bench import beats, outbox, traces
from tests.bench.measuring import Ground
from tests.bench.rows import Row


def measure(ground: Ground, editions: Sequence[LessonEdition]) -> list[Row]:
    return [
        *traces.measure(),
        *beats.measure(ground, editions),
        *outbox.measure(ground),
    ]
