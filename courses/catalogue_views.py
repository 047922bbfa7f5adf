"""The catalogue, tags, what is new, and what belongs with a lesson."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from courses.audience import Level, Sector
from courses.catalogue import Wanted, by_category, catalogue, newest, related, tagged
from courses.models import Category
from courses.outline import next_to_study
from courses.publishing import lesson_url
from courses.reading import readable_lesson
from courses.views import language

A_PAGE = 20
"""Lessons of what is new on a page."""

ON_TOP = 3
"""The newest ones, on the catalogue itself."""


class WantedForm(forms.Form):
    """What somebody looks for. What it does not know, it passes over."""

    category = forms.ChoiceField(label=_("Subject"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    sector = forms.ChoiceField(label=_("Field of work"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)

    def __init__(self, *args: object, tags: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("All"))]
        self.fields["category"].choices = everything + Category.choices
        self.fields["level"].choices = everything + Level.choices
        self.fields["sector"].choices = everything + Sector.choices
        self.fields["tag"].choices = everything + tags
        if not tags:
            del self.fields["tag"]

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        return Wanted(**self.cleaned_data)


@require_safe
@login_required
def courses(request: HttpRequest) -> HttpResponse:
    """Every course, by itself or by the seven categories, and what is new."""
    entries = catalogue(language(), reader=request.user)
    tags = sorted({(tag.slug, tag.name) for entry in entries for tag in entry.tags}, key=lambda tag: tag[1])
    form = WantedForm(request.GET, tags=tags)
    wanted = form.wanted
    found = [entry for entry in entries if entry.fits(wanted)]
    in_categories = request.GET.get("by") == "category"
    context = {
        "entries": found,
        "all_entries": entries,
        "categories": by_category(found) if in_categories else None,
        "form": form,
        "is_narrowed": wanted != Wanted(),
        "next": next_to_study([entry.course for entry in entries]),
        "news": newest(language(), reader=request.user, most=ON_TOP),
    }
    return render(request, "courses/catalogue.html", context)


@require_safe
@login_required
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """What carries a tag."""
    found = tagged(slug, language(), reader=request.user)
    if found is None:
        raise Http404
    request.other_language = None  # tags are words of one language
    return render(request, "courses/tag.html", {"found": found})


@require_safe
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Lessons lately published or changed, with what kind of change."""
    asked = request.GET.get("page", "1")
    number = min(int(asked), 1000) if asked.isascii() and asked.isdigit() and asked.strip("0") else 1
    found = newest(language(), reader=request.user, most=A_PAGE + 1, after=(number - 1) * A_PAGE)
    context = {
        "news": found[:A_PAGE],
        "earlier": number + 1 if len(found) > A_PAGE else None,
        "later": number - 1 if number > 1 else None,
    }
    return render(request, "courses/new.html", context)


@require_safe
@login_required
def belongs_with(request: HttpRequest, lesson: UUID) -> HttpResponse:
    """What belongs with a lesson. On a page of its own: the lesson's page is the same for everybody."""
    edition = readable_lesson(request.user, lesson, language=language())
    if edition is None:
        raise Http404
    context = {
        "edition": edition,
        "url": lesson_url(edition),
        "lessons": related(edition.pk, language(), reader=request.user),
    }
    return render(request, "courses/related.html", context)
