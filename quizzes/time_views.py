"""More time at quizzes for a member: given by who leads the home branch, without asking why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from people import audit
from people.cards import members_given_cards
from people.leading import Refusal
from people.models import Member
from quizzes.models import Quiz, TimeExtension
from quizzes.time_limits import MOST_MINUTES, extend_time

LOOKED = audit.action("quiz.time_looked", gettext_lazy("Looked at the time a member has at quizzes"))


def limited() -> QuerySet[Quiz]:
    """Quizzes with a time limit."""
    return Quiz.objects.filter(time_limit_minutes__isnull=False).order_by("title", "pk")


class MoreTimeForm(forms.Form):
    """A quiz with a time limit, and how many minutes more; empty minutes are no limit at all."""

    quiz = forms.ModelChoiceField(
        label=gettext_lazy("Quiz"),
        queryset=Quiz.objects.none(),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes more"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=gettext_lazy("Empty: no time limit for this member."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quiz"].queryset = limited()


@never_cache
@login_required
def more_time(request: HttpRequest, key: UUID) -> HttpResponse:
    """What the member was given, and a form to give more. Home study and elder mode need nothing of this."""
    among = members_given_cards(request.user, on=localdate())
    member = audit.visible_or_404(request, LOOKED, among=among, everything=Member.objects, key=key)
    form = MoreTimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            extend_time(given["quiz"], member, given["minutes"], by=request.user, at=now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The time is given. It holds for an attempt under way as well."))
            return redirect("quizzes:more_time", key=member.key)
    audit.note_look(request, LOOKED, member=member)
    context = {"member": member, "form": form, "given": given_to(member), "has_limits": limited().exists()}
    return render(request, "quizzes/more_time.html", context)


def given_to(member: Member) -> list[Any]:
    """The extension that holds at each quiz, the last given first. One query."""
    rows = TimeExtension.objects.filter(member=member).select_related("quiz").order_by("-pk")
    last: dict[int, TimeExtension] = {}
    for row in rows:
        last.setdefault(row.quiz_id, row)
    return list(last.values())
