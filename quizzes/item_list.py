"""The list of questions by how they do: what editors look for in it, in which order, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Case, F, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from quizzes import suspects
from quizzes.models import ItemStatistic, Question
from sources.categories import Category

ON_A_PAGE = 50

SUSPECTS: dict[str, tuple[Any, Any]] = {
    suspects.KEY_MAY_BE_WRONG: (
        _("The key may be wrong"),
        _("Those who know the rest well give a wrong answer more often than the right one."),
    ),
    suspects.TWO_KEYS: (
        _("Two answers may be right"),
        _("Those who know the rest well give another answer nearly as often as the right one."),
    ),
    suspects.DOES_NOT_DISCRIMINATE: (
        _("Tells little"),
        _("Whoever knows the rest gets this right hardly more often than others."),
    ),
    suspects.TOO_HARD: (_("Very hard"), _("Few get it right. Look at the words, or at the lesson.")),
    suspects.TOO_EASY: (_("Very easy"), _("Nearly everybody gets it right.")),
    suspects.OPTION_NEVER_CHOSEN: (
        _("An option nobody chooses"),
        _("An option that misleads nobody only takes time to read."),
    ),
}
"""For each code what it is called, and what it means."""

_GRAVITY = Case(
    *(When(suspects__0=code, then=place) for place, code in enumerate(suspects.CODES)),
    default=len(suspects.CODES),
)

ORDERS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "suspect": (_("what is suspect first"), (_GRAVITY, F("discrimination").asc(nulls_last=True))),
    "discrimination": (_("what tells least first"), (F("discrimination").asc(nulls_last=True),)),
    "hard": (_("the hardest first"), ("facility",)),
    "easy": (_("the easiest first"), ("-facility",)),
    "slow": (_("what takes longest first"), (F("median_seconds").desc(nulls_last=True),)),
    "answers": (_("the most answered first"), ("-answers",)),
}


def asked_now() -> QuerySet[ItemStatistic]:
    """The statistics of the versions that are asked now, with their questions."""
    return ItemStatistic.objects.filter(version=F("version__question__version")).select_related(
        "version__question"
    )


def with_suspect_keys() -> QuerySet[ItemStatistic]:
    """Those of questions in use whose key may be wrong, or not the only one."""
    found = asked_now().filter(suspects__overlap=[suspects.KEY_MAY_BE_WRONG, suspects.TWO_KEYS])
    return found.filter(version__question__state=Question.State.IN_USE).order_by(_GRAVITY, "pk")


@dataclass(frozen=True)
class Suspect:
    """What speaks for an error in a question, in words."""

    code: str

    @property
    def label(self) -> Any:
        return SUSPECTS[self.code][0]

    @property
    def meaning(self) -> Any:
        return SUSPECTS[self.code][1]


class ItemSearch(forms.Form):
    """What is looked for, and the order."""

    words = forms.CharField(label=_("Words or reference"), required=False, max_length=100)
    suspect = forms.ChoiceField(label=_("What is suspect"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of question"), required=False, choices=[("", "---"), *Question.Kind.choices]
    )
    category = forms.ChoiceField(
        label=_("Category"), required=False, choices=[("", "---"), *Category.choices]
    )
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(code, words) for code, (words, _by) in ORDERS.items()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [("", "---"), ("any", _("anything"))]
        self.fields["suspect"].choices = codes + [(code, label) for code, (label, _why) in SUSPECTS.items()]

    @cached_property
    def wanted(self) -> QuerySet[ItemStatistic]:
        """The statistics of the versions that are asked now, as they are looked for."""
        found = asked_now()
        asked = self.cleaned_data if self.is_valid() else {}
        if words := asked.get("words"):
            among = ("reference", "stem", "stem_en")
            conditions = [Q(**{f"version__question__{field}__icontains": words}) for field in among]
            found = found.filter(conditions[0] | conditions[1] | conditions[2])
        if (code := asked.get("suspect")) == "any":
            found = found.exclude(suspects=[])
        elif code:
            found = found.filter(suspects__contains=[code])
        for field in ("kind", "category"):
            if asked.get(field):
                found = found.filter(**{f"version__question__{field}": asked[field]})
        order = ORDERS[asked.get("order") or "suspect"][1]
        return found.order_by(*order, "pk")


def suspects_in_words(statistic: ItemStatistic) -> list[Suspect]:
    """What is suspect in a version, the gravest first; codes of another release are left out."""
    return [Suspect(code) for code in statistic.suspects if code in SUSPECTS]
