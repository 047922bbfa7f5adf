"""The button at the end of a lesson, for those whose browser does not report it by itself."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from courses.gate import current_edition, may_read
from courses.models import LessonEdition
from courses.publishing import lesson_url
from programmes.progress import mark_reached


@login_required
@require_POST
def reached(request: HttpRequest, edition: str) -> HttpResponse:
    """The page may have been opened before a newer edition was published; what was read is what is noted."""
    read = get_object_or_404(LessonEdition, key=edition)
    current = current_edition(read)
    if current is None or not may_read(request.user, current):
        raise Http404
    mark_reached(member_id=request.user.pk, edition=read, at=now())
    return redirect(f"{lesson_url(current)}#end")
