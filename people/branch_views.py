"""A branch's own pages: its members, what is arranged for them, who goes and who comes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people import audit, belonging, mobility, transfers
from people.branch_acts import ACTS
from people.branch_forms import AcceptForm, DeclineForm, NotedForm, ReceiveForm, SinceForm
from people.leading import Refusal, leads
from people.mobility import MobileRegistration
from people.models import Member, Organisation, Transfer
from people.requests_views import waiting_for
from people.slots import contact_days

LOOKED_AT_BRANCH = audit.action("branch.looked_at", gettext_lazy("Looked at the members of a branch"))
LOOKED_AT_CARE = audit.action("arrangements.looked_at", gettext_lazy("Looked at a member's arrangements"))
LOOKED_AT_TRANSFER = audit.action("transfer.looked_at", gettext_lazy("Looked at a transfer"))
LOOKED_FOR = audit.action("branch.looked_for", gettext_lazy("Looked for a member of another branch"))
LOOKED_AT_CONTACTS = audit.action(
    "contacts.looked_at", gettext_lazy("Looked at people to keep in contact with")
)


@login_required
def entrance(request: HttpRequest) -> HttpResponse:
    """Go to one's branch; with several, choose."""
    branches = list(belonging.branches_in_care(request.user, on=localdate()).order_by("path")[:200])
    if not branches:
        raise Http404
    if len(branches) == 1:
        return redirect("people:branch", key=branches[0].key)
    return render(request, "people/branches.html", {"branches": branches})


@login_required
def branch(request: HttpRequest, key: UUID) -> HttpResponse:
    day = localdate()
    found = _branch(request, key)
    care = belonging.branch_care(request.user, found, on=day)
    audit.note_look(request, LOOKED_AT_BRANCH, organisation=found, details={"members": len(care.lines)})
    forms = [
        (row, SinceForm(number=row.pk, initial={"since": max(row.since, day)})) for row in care.to_receive
    ]
    context = {"care": care, "to_receive": forms, "lines": [line for line in care.lines if not line.is_guest]}
    context["guests"] = [line for line in care.lines if line.is_guest]
    context["requests_waiting"] = waiting_for(request.user)
    return render(request, "people/branch.html", context)


@login_required
def receive(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask for a member of another branch, or register one in, by number and name."""
    found, at = _branch(request, key), now()
    if not leads(request.user, found, on=localdate(at)):
        raise Http404
    form = ReceiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        member = belonging.unseen_member(**form.cleaned_data)
        try:
            if member is None:
                audit.note(LOOKED_FOR, at=at, by=request.user, organisation=found, refused=True)
                raise UnknownMember
            if request.POST.get("act") == "register_in":
                mobility.register_in(member, branch=found, since=localdate(at), by=request.user, at=at)
                messages.success(request, _("The member is registered in."))
            else:
                transfers.ask(member, target=found, by=request.user, at=at)
                messages.success(request, _("The other branch has been asked."))
        except Refusal as refusal:
            form.add_error(None, refusal.words)
        else:
            return redirect("people:branch", key=found.key)
    return render(request, "people/receive.html", {"branch": found, "form": form})


@login_required
def arrangements(request: HttpRequest, key: UUID) -> HttpResponse:
    """What is arranged for a member, with the forms that the viewer's office opens."""
    day, at = localdate(), now()
    among = belonging.members_in_care(request.user, on=day)
    member = audit.visible_or_404(request, LOOKED_AT_CARE, among=among, everything=Member.objects, key=key)
    care = belonging.member_care(member, request.user, on=day)
    bound: dict[str, Any] = {}
    if request.method == "POST":
        name = request.POST.get("act", "")
        if name not in ACTS:
            raise Http404
        bound[name] = form = ACTS[name].form(request.POST, care=care, act=name)
        if form.is_valid():
            try:
                done = ACTS[name].do(care, form.cleaned_data, request.user, at)
            except Refusal as refusal:
                form.add_error(None, refusal.words)
            else:
                return _after(request, name, done, member, among)
    else:
        audit.note_look(request, LOOKED_AT_CARE, member=member)
    forms = {
        name: bound.get(name) or act.form(care=care, act=name)
        for name, act in ACTS.items()
        if name in bound or act.offered(care)
    }
    return render(request, "people/arrangements.html", {"care": care, "member": member, "forms": forms})


def _after(request: HttpRequest, name: str, done: object, member: Member, among: Any) -> HttpResponse:
    """Say what was done, and stay with the member when they are still in the viewer's care."""
    messages.success(request, ACTS[name].said)
    if isinstance(done, MobileRegistration) and name == "register_out" and done.is_short:
        messages.warning(
            request, _("Less than six months: usually a member is registered as mobile from six months on.")
        )
    if among.filter(pk=member.pk).exists():
        return redirect("people:arrangements", key=member.key)
    return redirect("people:branches")


@login_required
def transfer(request: HttpRequest, key: UUID) -> HttpResponse:
    """One transfer: to be answered, taken back or undone."""
    day, at = localdate(), now()
    found = audit.visible_or_404(
        request,
        LOOKED_AT_TRANSFER,
        among=Transfer.objects.visible_to(request.user, on=day).with_people(),
        everything=Transfer.objects.select_related("member"),
        key=key,
    )
    groups = Organisation.objects.filter(parent=found.target, kind=Organisation.Kind.GROUP, closed_on=None)
    accept, decline, refused = AcceptForm(groups=groups.order_by("path")), DeclineForm(), ""
    if request.method == "POST":
        act, by = request.POST.get("act"), {"by": request.user, "at": at}
        try:
            if act == "accept":
                accept = AcceptForm(request.POST, groups=groups)
                if accept.is_valid():
                    transfers.accept(found, **accept.cleaned_data, **by)
                    return _answered(
                        request, _("Accepted. The study record is in the new branch from today on.")
                    )
            elif act == "decline":
                decline = DeclineForm(request.POST)
                if decline.is_valid():
                    transfers.decline(found, **decline.cleaned_data, **by)
                    return _answered(request, _("Declined. The other branch sees the reason."))
            elif act == "withdraw":
                transfers.withdraw(found, **by)
                return _answered(request, _("The transfer is withdrawn."))
            elif act == "undo":
                transfers.undo(found, **by)
                return _answered(request, _("Undone. The former branch is home again from today on."))
        except Refusal as refusal:
            refused = refusal.words
    else:
        audit.note_look(request, LOOKED_AT_TRANSFER, member=found.member)
    context = {
        "transfer": found,
        "accept": accept,
        "decline": decline,
        "refused": refused,
        "answers": found.is_answered_by(request.user, on=day),
        "withdraws": found.is_withdrawn_by(request.user, on=day),
        "undoes": found.is_undone_by(request.user, on=day) and found.member != request.user,
    }
    return render(request, "people/transfer.html", context)


def _answered(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("people:branches")


@login_required
def registration(request: HttpRequest, key: UUID) -> HttpResponse:
    """Register a member in whom the home branch registered out to one's branch."""
    day, at = localdate(), now()
    found = audit.visible_or_404(
        request,
        mobility.REGISTERED_IN,
        among=MobileRegistration.objects.visible_to(request.user, on=day).select_related(
            "member", "receiving"
        ),
        everything=MobileRegistration.objects.select_related("member"),
        key=key,
    )
    if request.method != "POST" or found.receiving is None:
        raise Http404
    form = SinceForm(request.POST)
    if form.is_valid():
        try:
            mobility.register_in(
                found.member, branch=found.receiving, since=form.cleaned_data["since"], by=request.user, at=at
            )
            messages.success(request, _("The member is registered in."))
        except Refusal as refusal:
            messages.error(request, refusal.words)
    else:
        messages.error(request, _("Please give a day."))
    return redirect("people:branch", key=found.receiving.key)


@login_required
def contacts(request: HttpRequest) -> HttpResponse:
    """Those with whom one keeps in contact: names, telephones, and when the next contact is due."""
    day, at = localdate(), now()
    rows = belonging.keeps_contact(request.user, on=day)
    if not rows:
        raise Http404
    if request.method == "POST":
        row = next((row for row in rows if str(row.key) == request.POST.get("key")), None)
        form = NotedForm(request.POST)
        if row is None:
            raise Http404
        try:
            if not form.is_valid():
                raise mobility.NotThatDay
            mobility.note_contact(row, on=form.cleaned_data["on"], by=request.user, at=at)
            messages.success(request, _("The contact is noted."))
        except Refusal as refusal:
            messages.error(request, refusal.words)
        return redirect("people:contacts")
    audit.note_look(request, LOOKED_AT_CONTACTS, details={"members": len(rows)})
    every = contact_days(day)
    lines = [(row, row.due_on(every=every), NotedForm(number=row.pk, initial={"on": day})) for row in rows]
    return render(request, "people/contacts.html", {"lines": lines, "every": every, "today": day})


@login_required
def own_belonging(request: HttpRequest) -> HttpResponse:
    """Where I belong, what is arranged for me, and who comes or calls."""
    day = localdate()
    care = belonging.member_care(request.user, request.user, on=day)
    context = {
        "care": care,
        "history": belonging.affiliation_history(request.user),
        "transfers": belonging.own_transfers(request.user),
        "keeps_contact": bool(belonging.keeps_contact(request.user, on=day)),
    }
    return render(request, "people/belonging.html", context)


class UnknownMember(Refusal):
    words = gettext_lazy("Number and name do not fit together. Please check both with the member.")


def _branch(request: HttpRequest, key: UUID) -> Organisation:
    everything = Organisation.objects.branches()
    among = belonging.branches_in_care(request.user, on=localdate())
    return audit.visible_or_404(request, LOOKED_AT_BRANCH, among=among, everything=everything, key=key)
