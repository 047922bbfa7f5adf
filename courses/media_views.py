"""Files at their addresses: `/media/` for images, `/documents/` for everything else."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib.auth.views import redirect_to_login
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses import media_gate
from courses.media import send
from courses.models import private_storage
from people.models import Member


def _reader(request: HttpRequest) -> Member | None:
    return request.user if request.user.is_authenticated else None


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponseBase:
    """An image that a lesson shows. What this reader may not have is not there."""
    found = media_gate.image(path, _reader(request)) if "\x00" not in path else None
    if found is None or not found.is_open:
        raise Http404
    return send(request, default_storage, found.name)


@require_safe
def document(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """A document, recording or film of a lesson. Visitors are asked to sign in."""
    reader = _reader(request)
    found = media_gate.document(int(key), reader) if len(key) < 10 else None
    if found is None or PurePosixPath(found.name).name != name:
        raise Http404
    if reader is None:
        return redirect_to_login(request.get_full_path(), reverse("people:sign_in"))
    if not found.is_open:
        raise Http404
    return send(request, private_storage(), found.name, title=found.title)
