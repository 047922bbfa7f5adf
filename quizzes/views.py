"""A quiz in the browser: what awaits, the questions, the list before the end, the result."""

from __future__ import annotations

from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from people.audit import action, note_look, visible_or_404
from people.leading import Refusal
from people.models import Member
from quizzes import attempts
from quizzes.answers import NotOnThePaper, TooLong
from quizzes.attempts import NoPlace
from quizzes.beginning import refuse
from quizzes.ending import end_if_over
from quizzes.explaining import checked_of, result_of
from quizzes.looking_back import begin_look_back, look_backs_for
from quizzes.mine import history_of, own_attempt, to_go_on_with
from quizzes.models import Attempt, AttemptQuerySet, Quiz
from quizzes.outlook import outlook
from quizzes.papers import first_unanswered, questions_of, together
from quizzes.posted import NoOrder, given_in
from quizzes.refusals import told_of
from quizzes.saving import TooMany
from quizzes.slots import places, where_quoted
from quizzes.time_limits import is_over
from quizzes.tokens import AttemptToken, NotTheirs, TokenRefused, writer_of

COUNTED_DOWN = 6 * 3600
"""Seconds: of a time that is over days from now, a page tells the date only."""

ATTEMPT_LOOKED = action("attempt.looked", gettext_lazy("Looked at the answers of an attempt"))


@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The member's own attempts: those to go on with, and those handed in."""
    at = now()
    context = {
        "open": to_go_on_with(request.user, at=at),
        "look_backs": look_backs_for(request.user, at=at),
        "page": history_of(request.user, request.GET.get("page")),
    }
    return render(request, "quizzes/mine.html", context)


@never_cache
@login_required
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """What awaits the member; a POST begins, or continues what was begun."""
    quiz, at = get_object_or_404(Quiz, key=key), now()
    try:
        if request.method == "POST":
            return _go_to_work(attempts.begin(member=request.user, quiz=quiz, at=at), at=at)
        seen = outlook(quiz, request.user, language=get_language() or "", at=at)
    except NoPlace as error:
        raise Http404 from error
    except Refusal as refusal:
        messages.info(request, refusal.words)
        return redirect("quizzes:start", key)
    return render(request, "quizzes/start.html", {"quiz": quiz, "outlook": seen, "at": at})


def _why_not_now(quiz: Quiz, member: Member, *, at: datetime) -> str:
    """Why the rules of a quiz let the member begin no attempt now; nothing when they do."""
    try:
        refuse(quiz, member, at=at)
    except Refusal as refusal:
        return str(refusal.words)
    return ""


@require_POST
@login_required
def look_back(request: HttpRequest, key: UUID) -> HttpResponse:
    """Begin to look back at what was missed in a quiz weeks ago, or go on with it."""
    quiz, at = get_object_or_404(Quiz, key=key), now()
    try:
        return _go_to_work(begin_look_back(member=request.user, quiz=quiz, at=at), at=at)
    except NoPlace as error:
        raise Http404 from error
    except Refusal as refusal:
        messages.info(request, refusal.words)
        return redirect("quizzes:mine")


def _go_to_work(attempt: Attempt, *, at: datetime) -> HttpResponse:
    number = 1 if attempt.begun_at == at else first_unanswered(attempt)
    return redirect("quizzes:question", attempt.pk, number) if number else _to_overview(attempt.pk)


def _to_overview(pk: UUID) -> HttpResponse:
    return redirect("quizzes:overview", pk)


@never_cache
@csrf_exempt  # the page's signed token stands in for it: it outlives the session, and the answer with it
def question(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One question; a POST saves what was chosen and goes on."""
    if request.method == "POST":
        return _save_and_go_on(request, pk, number)
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    attempt = end_if_over(_own_or_404(request, pk), at=now())
    if attempt.handed_in_at is not None:
        return redirect("quizzes:result", pk)
    if not 1 <= number <= len(attempt.paper):
        raise Http404
    return _paper(request, attempt, current=number)


def _paper(request: HttpRequest, attempt: Attempt, *, current: int) -> HttpResponse:
    """All questions and the list before the end; `current` is the number of what is open, 0 for the list."""
    questions = questions_of(attempt)
    at = now()
    left = max(0, ceil((attempt.ends_at - at).total_seconds())) if attempt.ends_at else None
    context = {
        "attempt": attempt,
        "quiz": attempt.quiz,
        "current": current,
        "all": attempt.quiz.layout == Quiz.Layout.ALL,
        "questions": questions,
        "groups": together(questions),
        "checked": checked_of(attempt),
        "total": len(questions),
        "unanswered": sum(not asked.is_answered for asked in questions),
        "token": AttemptToken(attempt.pk, request.user.pk, at).sign(),
        "seconds_left": left,
        "counts_down": left is not None and left <= COUNTED_DOWN,
    }
    return render(request, "quizzes/attempt.html", context)


def _save_and_go_on(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    at = now()
    token = request.POST.get("token", "")
    try:
        member = writer_of(token, attempt=pk, signed_in=request.user.pk, at=at)
        saved = attempts.save_answer(
            attempt_id=pk,
            member_id=member,
            position=number - 1,
            given=given_in(request.POST),
            shown=request.POST.getlist("shown") if "shown" in request.POST else None,
            at=at,
        )
    except (Attempt.DoesNotExist, NotTheirs) as error:
        if request.user.is_authenticated:
            _own_or_404(request, pk)
        raise Http404 from error
    except (TokenRefused, NotOnThePaper, TooLong, TooMany, NoOrder) as error:
        messages.warning(request, _why_not(error))
        return redirect("quizzes:question", pk, number)
    attempt = own_attempt(pk, member)
    if is_over(attempt, at):
        messages.info(
            request, _("This attempt has already been handed in. What was saved before that counts.")
        )
        return redirect("quizzes:result", pk)
    if saved.is_late:
        messages.info(request, _("What is right was shown already: your answer is kept and does not count."))
    return _go_on(request, attempt, number)


def _why_not(error: Exception) -> str:
    if isinstance(error, NoOrder):
        return _("Nothing was saved yet: please give each row a place, and each place once.")
    if isinstance(error, TooLong | TooMany):
        return str(told_of(error).words)
    return _("Your choice could not be saved. Please choose once more.")


def _go_on(request: HttpRequest, attempt: Attempt, number: int) -> HttpResponse:
    wish = request.POST.get("go")
    if wish == "look":
        return _check(request, attempt, number)
    if wish == "stay":
        return redirect(reverse("quizzes:question", args=[attempt.pk, number]) + f"#q{number}")
    following = number - 1 if wish == "previous" else number + 1
    if wish == "check" or not 1 <= following <= len(attempt.paper):
        address = reverse("quizzes:overview", args=[attempt.pk])
    else:
        address = reverse("quizzes:question", args=[attempt.pk, following])
    if request.user.is_authenticated:
        return redirect(address)
    messages.info(request, _("Your answer is saved. Please sign in again to go on."))
    return redirect_to_login(address)


def _check(request: HttpRequest, attempt: Attempt, number: int) -> HttpResponse:
    try:
        attempts.check(attempt_id=attempt.pk, member_id=attempt.member_id, position=number - 1, at=now())
    except Refusal as refusal:
        messages.warning(request, refusal.words)
    return redirect(reverse("quizzes:question", args=[attempt.pk, number]) + f"#q{number}")


def _own_or_404(request: HttpRequest, pk: UUID) -> Attempt:
    return _one_of(request, Attempt.objects.of(request.user), pk)


def _one_of(request: HttpRequest, among: AttemptQuerySet, pk: UUID) -> Attempt:
    """The attempt of this address, when it is among those the reader may see. A guess is audited."""
    found = among.with_key().select_related("quiz", "member")
    everything = Attempt.objects.with_key().select_related("member")
    return visible_or_404(request, ATTEMPT_LOOKED, among=found, everything=everything, key=pk)


@never_cache
@login_required
def overview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All questions, answered or not yet, and the way to hand in."""
    attempt = end_if_over(_own_or_404(request, pk), at=now())
    if attempt.handed_in_at is not None:
        return redirect("quizzes:result", pk)
    return _paper(request, attempt, current=0)


@require_POST
def hand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the attempt. Who has to sign in first comes back to the list of questions."""
    if not request.user.is_authenticated:
        messages.info(request, _("Your answers are saved. Please sign in again, then hand in."))
        return redirect_to_login(reverse("quizzes:overview", args=[pk]))
    try:
        attempts.hand_in(attempt_id=pk, member_id=request.user.pk, at=now())
    except Attempt.DoesNotExist as error:
        _own_or_404(request, pk)
        raise Http404 from error
    return redirect("quizzes:result", pk)


@never_cache
@login_required
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result with explanations, for its member and for those whose office shows scores."""
    attempt = _one_of(request, Attempt.objects.visible_to(request.user, on=localdate()), pk)
    if end_if_over(attempt, at=now()).handed_in_at is None:
        return _to_overview(pk)
    is_own = attempt.member_id == request.user.pk
    note_look(request, ATTEMPT_LOOKED, member=attempt.member, details={"attempt": str(pk)})
    told = result_of(attempt, at=now())
    context = {"attempt": attempt, "result": told, "is_own": is_own}
    if is_own:
        quoted = {question.quoted.key for question in told.questions if question.quoted}
        read_in = where_quoted(quoted, member=request.user, language=get_language() or "")
        context |= _whereto(attempt, request.user) | {"read_in": read_in}
    return render(request, "quizzes/result.html", context)


def _whereto(attempt: Attempt, member: Member) -> dict[str, Any]:
    """Where the quiz stands for its member, and why they may not try it again now, if they may not."""
    key = attempt.quiz.key
    place = places([key], member=member, language=get_language() or "").get(key)
    return {"place": place, "refused": _why_not_now(attempt.quiz, member, at=now())}
