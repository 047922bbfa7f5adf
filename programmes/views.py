"""The button at the end of a lesson, for those whose browser does not report it by itself."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.gate import current_edition, may_read
from courses.models import LessonEdition
from courses.publishing import lesson_url
from programmes.progress import mark_reached


@require_POST
def reached(request: HttpRequest, edition: UUID) -> HttpResponse:
    """Note that the end was reached. A lesson withdrawn while it was being read is noted all the same."""
    read = get_object_or_404(LessonEdition, key=edition)
    current = current_edition(read)
    if not request.user.is_authenticated:
        return redirect_to_login(f"{lesson_url(current)}#end" if current else "/")
    if current is not None and not may_read(request.user, current):
        raise Http404
    mark_reached(member_id=request.user.pk, edition=read, at=now())
    if current is None:
        messages.info(request, _("This lesson is not published at present. That you read it is kept."))
        return redirect("/en/" if request.LANGUAGE_CODE == "en" else "/")
    return redirect(f"{lesson_url(current)}#end")
