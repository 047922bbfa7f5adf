"""What becomes of long work."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from jobs import work
from jobs.models import Job

pytestmark = pytest.mark.django_db


def test_the_log_of_work_that_failed_tells_where_and_quotes_nobody(monkeypatch, caplog) -> None:
    quoted = "Failing row contains (李慧, 13900000001)."

    def fail(running: work.Running) -> dict:
        raise RuntimeError(quoted)

    monkeypatch.setitem(work.KINDS, "test.fails", work.Kind("test.fails", "fails", fail))
    job = work.ask("test.fails", by=None, at=now())

    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.FAILED, {"failure": "unexpected"})
    assert "RuntimeError" in caplog.text
    assert "in fail" in caplog.text
    assert "李慧" not in caplog.text
    assert "13900000001" not in caplog.text
