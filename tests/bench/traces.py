"""Traces of learners, replayed through the page's clock and the server's: how many come out right."""

from __future__ import annotations

import os
from pathlib import Path

from config.progress import step
from hours.replay.browser import Browser
from hours.replay.replaying import Outcome, replay
from hours.replay.traces import read_trace
from tests.bench.rows import Row

OURS = Path(__file__).resolve().parents[1] / "traces"
MOST_ERROR = 1.5
"""Minutes a trace: a quarter of an hour for ten."""


def measure() -> list[Row]:
    """The traces in the folder TRACES, or our own."""
    files = sorted(Path(os.environ.get("TRACES") or OURS).glob("*.json"))
    if not files:
        print("  No traces in TRACES: they were left out.", flush=True)
        return []
    with step(f"Replaying {len(files)} traces"), Browser() as browser:
        outcomes = [replay(read_trace(file), browser) for file in files]
    for outcome in outcomes:
        if not outcome.is_right:
            print(f"  wrong: {outcome.as_told()}", flush=True)
    right = sum(outcome.is_right for outcome in outcomes)
    error = sum(map(_error, outcomes)) / 60
    most = MOST_ERROR * len(files)
    return [
        Row(
            "hours", "traces that come out right", right, "traces", len(files), "all", met=right == len(files)
        ),
        Row(
            "hours", "traces: error of all together", error, "min", target=f"< {most:g} min", met=error < most
        ),
    ]


def _error(outcome: Outcome) -> float:
    """Seconds beside the truth; a robot's trace only has an upper bound."""
    error = outcome.counted_seconds - outcome.trace.truth_seconds
    return max(0.0, error) if outcome.trace.robot else abs(error)
