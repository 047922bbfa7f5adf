"""The rules by which time is counted: what is in force, proposing, looking at a preview, deciding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from hours import ruling
from hours.models import Rule, RuleProposal
from hours.rule_facts import counting_facts
from hours.rule_forms import DeclineForm, RuleForm
from hours.rule_pages import rule_cards
from hours.rule_preview import year_preview
from people import audit
from people.audit import shortened_address
from people.leading import Refusal

PROPOSALS_A_PAGE = 20
BRANCHES_A_PAGE = 20


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force, those to come and those before; for those who make them, what is proposed."""
    day = localdate()
    waiting = list(ruling.proposals_for(request.user, on=day).filter(outcome="").order_by("valid_from"))
    context = {
        "cards": rule_cards(on=day),
        "waiting": waiting,
        "rules_here": bool(ruling.ruling_offices(request.user, on=day)),
        "proposes": ruling.may_propose(request.user, on=day),
    }
    return render(request, "hours/rules.html", context)


@login_required
def proposals(request: HttpRequest) -> HttpResponse:
    """Everything that was ever proposed, and what became of it."""
    if not ruling.ruling_offices(request.user, on=localdate()):
        raise Http404
    pages = Paginator(ruling.proposals_for(request.user, on=localdate()), PROPOSALS_A_PAGE)
    return render(request, "hours/rule_proposals.html", {"page": pages.get_page(request.GET.get("page"))})


@login_required
def propose(request: HttpRequest, name: str) -> HttpResponse:
    """Propose what one rule says from a day on."""
    day, at = localdate(), now()
    rule = Rule.objects.in_force(day).get(name)
    if rule is None or not ruling.may_propose(request.user, on=day):
        raise Http404
    form = RuleForm(request.POST or None, rule=rule, on=day)
    if request.method == "POST" and form.is_valid():
        try:
            made = ruling.propose(name, **form.proposed, by=request.user, at=at)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. A second person decides about it."))
            return redirect("hours:rule_proposal", key=made.key)
    return render(request, "hours/rule_propose.html", {"rule": rule, "form": form})


@login_required
def proposal(request: HttpRequest, key: UUID) -> HttpResponse:
    """One proposal: whom it would change, and the decision."""
    found = _proposal_or_404(request, key)
    form, refused = DeclineForm(), ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "decline":
                form = DeclineForm(request.POST)
                if form.is_valid():
                    return _declined(request, found, form)
            else:
                return _decided(request, found)
        except Refusal as refusal:
            refused = str(refusal)
            found.refresh_from_db()
    context = _shown(request, found) | {"form": form, "refused": refused}
    return render(request, "hours/rule_proposal.html", context)


def _proposal_or_404(request: HttpRequest, key: UUID) -> RuleProposal:
    found = ruling.proposals_for(request.user, on=localdate()).filter(key=key).first()
    if found is None:
        if ruling.is_proposal(key):
            audit.note(
                ruling.LOOKED,
                at=now(),
                by=request.user,
                address=shortened_address(request),
                refused=True,
                details={"proposal": str(key)},
            )
        raise Http404
    return found


def _decided(request: HttpRequest, found: RuleProposal) -> HttpResponse:
    if request.POST.get("act") == "approve":
        ruling.approve(found, by=request.user, at=now())
        messages.success(request, _("Approved. The rule holds from its day on."))
    elif request.POST.get("act") == "withdraw":
        ruling.withdraw(found, by=request.user, at=now())
        messages.success(request, _("The proposal is withdrawn."))
    else:
        raise Http404
    return redirect("hours:rule_proposal", key=found.key)


def _declined(request: HttpRequest, found: RuleProposal, form: DeclineForm) -> HttpResponse:
    ruling.decline(found, reason=form.cleaned_data["reason"], by=request.user, at=now())
    messages.success(request, _("Declined. The one who proposed it reads the reason."))
    return redirect("hours:rule_proposal", key=found.key)


def _shown(request: HttpRequest, found: RuleProposal) -> dict[str, Any]:
    """The proposal beside what it would replace; while it is open, with the preview."""
    day = localdate()
    is_author = found.author_id == request.user.pk
    context: dict[str, Any] = {
        "proposal": found,
        "before": Rule.objects.filter(name=found.name, valid_from__lt=found.valid_from)
        .order_by("-valid_from")
        .first(),
        "withdraws": not found.outcome and is_author,
        "decides": not found.outcome and not is_author and ruling.may_approve(request.user, on=day),
    }
    if found.outcome:
        return context
    if found.is_of_the_year:
        return context | _year_shown(request, found)
    return context | {"facts": counting_facts(found, viewer=request.user, on=day)}


def _year_shown(request: HttpRequest, found: RuleProposal) -> dict[str, Any]:
    page = _page(request)
    preview = year_preview(found, viewer=request.user, on=localdate(), page=page)
    if preview.lines:
        details = {"proposal": str(found.key), "members": len(preview.lines)}
        audit.note_look(request, ruling.LOOKED, details=details)
    branches = Paginator(preview.branches, BRANCHES_A_PAGE)
    return {
        "preview": preview,
        "page_number": page,
        "next_page": page + 1 if preview.has_more_lines else None,
        "branches": branches.get_page(request.GET.get("branches")),
    }


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
