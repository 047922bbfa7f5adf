"""How far a job is, for the page that waits for it (`job-progress.js`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, JsonResponse

from jobs.models import Job


def progress_of(viewer: Any, key: UUID, *, steps: Mapping[str, Any]) -> JsonResponse:
    """
    Answer for a job of the viewer's own; `steps`: the words for each step. One query.

    :raises Http404: for a job of somebody else, or none.
    """
    job = Job.objects.visible_to(viewer).filter(key=key).first()
    if job is None:
        raise Http404
    step = str(steps.get(job.step, ""))
    return JsonResponse({"over": job.is_over, "done": job.done, "total": job.total, "step": step})
