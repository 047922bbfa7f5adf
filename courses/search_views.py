"""The page that finds lessons. A question is in its address, is answered and is not kept."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from courses.audience import Level, Sector
from courses.models import Category
from courses.search import Narrowed, courses_open_to, tags_of
from courses.search_query import LONGEST, Asked
from courses.search_results import Results, TooOften, results
from courses.views import language
from people.leading import Refusal
from people.models import Member

BOTH = "both"


class SearchForm(forms.Form):
    """What is looked for, and how it is narrowed. A choice that does not exist is passed over."""

    q = forms.CharField(
        label=_("What are you looking for?"),
        required=False,
        strip=True,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "maxlength": LONGEST,
                "autocomplete": "off",
                "enterkeyhint": "search",
                "list": "suggestions",
            }
        ),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("zh-hans", "中文"), ("en", "English"), (BOTH, _("Both"))],
    )
    course = forms.TypedChoiceField(label=_("Course"), required=False, coerce=int, empty_value=None)
    category = forms.ChoiceField(label=_("Subject"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    sector = forms.ChoiceField(label=_("Field of work"), required=False)
    tag = forms.SlugField(label=_("Tag"), required=False, allow_unicode=True, max_length=100)

    def __init__(self, *args: object, reader: Member, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", _("All"))]
        self.fields["course"].choices = everything + [
            (pk, title) for pk, title, _in in courses_open_to(reader)
        ]
        self.fields["category"].choices = everything + Category.choices
        self.fields["level"].choices = everything + Level.choices
        self.fields["sector"].choices = everything + Sector.choices

    @property
    def text(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("q") or ""

    @property
    def narrowed(self) -> Narrowed:
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value and name != "q"}
        spoken = chosen.pop("language", language())
        return Narrowed(language="" if spoken == BOTH else spoken, **chosen)

    @property
    def chosen(self) -> list[str]:
        """What the search is narrowed to, in words: anything but the language of the page."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value and name != "q"}
        if values.get("language") == language():
            del values["language"]
        named = {name: dict(getattr(self.fields[name], "choices", ())) for name in values}
        return [str(named[name].get(value, value)) for name, value in values.items()]

    def offer_tags(self, tags: list[tuple[str, str]]) -> None:
        """Let one choose among the tags of what was found."""
        chosen = self.data.get("tag", "")
        if not tags and not chosen:
            del self.fields["tag"]
            return
        named = dict(tags)
        choices = [("", _("All")), *({chosen: chosen} | named if chosen else named).items()]
        self.fields["tag"].widget = forms.Select(choices=choices)


@require_safe
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """What was asked, what was found, and how to ask otherwise."""
    data = request.GET.copy()
    data.setdefault("language", language())
    form = SearchForm(data, reader=request.user)
    answer, refused, status = Results(Asked()), "", 200
    try:
        answer = results(
            request.GET.get("q", ""),
            reader=request.user,
            narrowed=form.narrowed,
            page=_number(request.GET.get("page")),
            at=now(),
        )
    except Refusal as error:
        refused, status = str(error), 429 if isinstance(error, TooOften) else 400
    form.offer_tags(tags_of(answer.found))
    context = {
        "form": form,
        "answer": answer,
        "refused": refused,
        "typed": form.text[:LONGEST],
        "without_page": urlencode([(k, v) for k, v in request.GET.items() if k != "page"]),
    }
    return render(request, "courses/search.html", context, status=status)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1
