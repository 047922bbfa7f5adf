"""A quiz in the browser: what awaits, one question a page, the list before the end, the result."""

from __future__ import annotations

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
from quizzes import attempts
from quizzes.answers import NotOnThePaper, TooLong
from quizzes.attempts import NoPlace, NoQuestions
from quizzes.models import Attempt, AttemptQuerySet, Quiz
from quizzes.outlook import outlook
from quizzes.papers import first_unanswered, question_at, questions_of, result_of
from quizzes.slots import places
from quizzes.tokens import AttemptToken, NotTheirs, TokenRefused, writer_of

ATTEMPT_LOOKED = action("attempt.looked", gettext_lazy("Looked at the answers of an attempt"))


@never_cache
@login_required
def start(request: HttpRequest, key: UUID) -> HttpResponse:
    """What awaits the member; a POST begins, or continues what was begun."""
    quiz = get_object_or_404(Quiz, key=key)
    try:
        if request.method == "POST":
            return _go_to_work(attempts.begin(member=request.user, quiz=quiz, at=now()))
        context = {"quiz": quiz, "outlook": outlook(quiz, request.user, language=get_language() or "")}
    except NoPlace as error:
        raise Http404 from error
    except NoQuestions:
        return redirect("quizzes:start", key)
    return render(request, "quizzes/start.html", context)


def _go_to_work(attempt: Attempt) -> HttpResponse:
    number = first_unanswered(attempt)
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
    attempt = _own_or_404(request, pk)
    if attempt.handed_in_at is not None:
        return redirect("quizzes:result", pk)
    asked = question_at(attempt, number)
    if asked is None:
        raise Http404
    context = {
        "attempt": attempt,
        "asked": asked,
        "total": len(attempt.paper),
        "token": AttemptToken(attempt.pk, request.user.pk, now()).sign(),
        "save_url": reverse("api:save_answer", kwargs={"attempt_id": pk, "number": number}),
    }
    return render(request, "quizzes/question.html", context)


def _save_and_go_on(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    at = now()
    try:
        saved = attempts.save_answer(
            attempt_id=pk,
            member_id=writer_of(request.POST.get("token", ""), attempt=pk, signed_in=request.user.pk, at=at),
            position=number - 1,
            given=request.POST.getlist("given"),
            shown=request.POST.getlist("shown") if "shown" in request.POST else None,
            at=at,
        )
    except (Attempt.DoesNotExist, NotTheirs) as error:
        if request.user.is_authenticated:
            _own_or_404(request, pk)
        raise Http404 from error
    except (TokenRefused, NotOnThePaper, TooLong):
        messages.warning(request, _("Your choice could not be saved. Please choose once more."))
        return redirect("quizzes:question", pk, number)
    if saved.is_late:
        messages.info(
            request, _("This attempt has already been handed in. What was saved before that counts.")
        )
        return redirect("quizzes:result", pk)
    return _go_on(request, Attempt.objects.get(pk=pk), number)


def _go_on(request: HttpRequest, attempt: Attempt, number: int) -> HttpResponse:
    wish = request.POST.get("go")
    following = number - 1 if wish == "previous" else number + 1
    if wish == "check" or not 1 <= following <= len(attempt.paper):
        address = reverse("quizzes:overview", args=[attempt.pk])
    else:
        address = reverse("quizzes:question", args=[attempt.pk, following])
    if request.user.is_authenticated:
        return redirect(address)
    messages.info(request, _("Your answer is saved. Please sign in again to go on."))
    return redirect_to_login(address)


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
    attempt = _own_or_404(request, pk)
    if attempt.handed_in_at is not None:
        return redirect("quizzes:result", pk)
    questions = questions_of(attempt)
    context = {
        "attempt": attempt,
        "questions": questions,
        "unanswered": sum(not asked.is_answered for asked in questions),
    }
    return render(request, "quizzes/overview.html", context)


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
    if attempt.handed_in_at is None:
        return _to_overview(pk)
    is_own = attempt.member_id == request.user.pk
    note_look(request, ATTEMPT_LOOKED, member=attempt.member, details={"attempt": str(pk)})
    context = {"attempt": attempt, "result": result_of(attempt), "is_own": is_own}
    if is_own:
        key = attempt.quiz.key
        context["place"] = places([key], member=request.user, language=get_language() or "").get(key)
    return render(request, "quizzes/result.html", context)
