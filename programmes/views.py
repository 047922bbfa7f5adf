"""The button at the end of a lesson, for those whose browser does not report it by itself."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from courses.gate import may_read, readable_editions
from courses.publishing import lesson_url
from programmes.progress import mark_reached


@login_required
@require_POST
def reached(request: HttpRequest, edition: str) -> HttpResponse:
    found = readable_editions().filter(key=edition).first()
    if found is None or not may_read(request.user, found):
        raise Http404
    mark_reached(member_id=request.user.pk, edition=found, at=now())
    return redirect(f"{lesson_url(found)}#end")
