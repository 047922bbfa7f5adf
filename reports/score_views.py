"""Pages of a branch's results at quizzes. Every look is audited, and so is what is taken out."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from people.audit import action, note, note_look, shortened_address, visible_or_404
from people.models import Organisation
from people.workbooks.tables import XLSX
from reports.score_book import workbook
from reports.scores import Scores, members_at, opens_scores, scores_of

SCORES_LOOKED = action("scores.looked", _("Looked at the results of an organisation"))
SCORES_TAKEN = action("scores.taken", _("Results of an organisation were taken as a workbook"))


class TakeForm(forms.Form):
    """Why results are taken out: it is kept in the audit."""

    reason = forms.CharField(label=_("What for"), max_length=200)


@never_cache
@login_required
def scores(request: HttpRequest, key: UUID) -> HttpResponse:
    """Module by module: how many have handed in and passed, and the mean."""
    found = _scores_or_404(request, key)
    note_look(request, SCORES_LOOKED, organisation=found.organisation)
    return render(request, "reports/scores.html", {"scores": found, "form": TakeForm()})


@never_cache
@login_required
def scores_at(request: HttpRequest, key: UUID, quiz: UUID) -> HttpResponse:
    """One quiz: the results of those who have handed in, by name."""
    found = _scores_or_404(request, key)
    asked = next((each for each in found.quizzes if each.key == quiz), None)
    if asked is None or not found.by_name:
        raise Http404
    lines = members_at(request.user, found, asked, on=localdate())
    details = {"quiz": str(quiz), "members": len(lines)}
    note_look(request, SCORES_LOOKED, organisation=found.organisation, details=details)
    return render(request, "reports/scores_at.html", {"scores": found, "quiz": asked, "lines": lines})


@require_POST
@never_cache
@login_required
def take_scores(request: HttpRequest, key: UUID) -> HttpResponse:
    """The same as a workbook, with a reason."""
    found = _scores_or_404(request, key)
    form = TakeForm(request.POST)
    if not form.is_valid():
        note_look(request, SCORES_LOOKED, organisation=found.organisation)
        return render(request, "reports/scores.html", {"scores": found, "form": form})
    with transaction.atomic():
        note(
            SCORES_TAKEN,
            at=now(),
            by=request.user,
            organisation=found.organisation,
            address=shortened_address(request),
            reason=form.cleaned_data["reason"],
            details={"members": len(found.members) if found.by_name else 0},
        )
        made = workbook(found)
    disposition = f'attachment; filename="results-{localdate():%Y%m%d}.xlsx"'
    return HttpResponse(made, content_type=XLSX, headers={"Content-Disposition": disposition})


def _scores_or_404(request: HttpRequest, key: UUID) -> Scores:
    day = localdate()
    seen = Organisation.objects.visible_to(request.user, on=day)
    organisation = visible_or_404(
        request, SCORES_LOOKED, among=seen, everything=Organisation.objects, key=key
    )
    if not opens_scores(request.user, organisation, on=day):
        _note_refused(request, organisation)
        raise Http404
    return scores_of(request.user, organisation, language=get_language() or "zh-hans", on=day)


def _note_refused(request: HttpRequest, organisation: Organisation) -> None:
    """Somebody asked for results that their office does not show."""
    note(
        SCORES_LOOKED,
        at=now(),
        by=request.user,
        organisation=organisation,
        address=shortened_address(request),
        refused=True,
    )
