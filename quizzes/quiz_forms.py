"""The editor's form for a quiz: its questions, its pools, and the rules of trying, on one screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import Panel

from quizzes.forms import DIFFICULTIES, InOrder, OrderedPanel
from quizzes.models import Attempt, Question, QuestionTag, QuizPool
from quizzes.pools import Shortage, shortages
from quizzes.slots import modules


class PoolForm(WagtailAdminModelForm):
    """One pool: how many, and of which. `modules`: those there are to choose from."""

    tag = forms.ModelChoiceField(
        label=capfirst(_("tag")),
        queryset=Tag.objects.filter(pk__in=QuestionTag.objects.values("tag")).order_by("name"),
        required=False,
        empty_label=_("any"),
    )
    difficulty = forms.TypedChoiceField(
        label=capfirst(_("difficulty")),
        choices=(("", _("any")), *DIFFICULTIES),
        coerce=int,
        empty_value=None,
        required=False,
    )
    module = forms.TypedChoiceField(
        label=capfirst(_("module")), coerce=UUID, empty_value=None, required=False
    )

    class Meta:
        model = QuizPool
        fields = ("number", "tag", "difficulty", "module")

    def __init__(self, *args: Any, modules: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"].choices = [("", _("any")), *modules]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.errors and not any(given.get(name) for name in ("tag", "difficulty", "module")):
            raise forms.ValidationError(
                _("Say what the questions have in common: tag, difficulty or module.")
            )
        return given


class PoolsInOrder(InOrder):
    """The pools of a quiz. Modules are asked for once, however many pools there are."""

    @cached_property
    def _modules(self) -> list[tuple[str, str]]:
        return [(str(module.key), module.title) for module in modules(get_language() or "zh-hans")]

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return super().get_form_kwargs(index) | {"modules": self._modules}


class PoolsPanel(OrderedPanel):
    """Pools, with their own form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"child_form": PoolForm, **kwargs})

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        options["formsets"][self.relation_name]["formset"] = PoolsInOrder
        return options


class QuizForm(WagtailAdminModelForm):
    """A quiz and its rules; what cannot be kept together is said beside the field."""

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("It closes after it opens."))
        if given.get("feedback") == "after_closing" and not closes:
            self.add_error("closes_at", _("Say when it closes: the key is shown after that."))
        if given.get("is_limit_essential") and not given.get("time_limit_minutes"):
            self.add_error("time_limit_minutes", _("Say how long the time is."))
        return given

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if valid and not self.formsets["entries"].rows and not self.formsets["pools"].rows:
            self.formsets["entries"].say(_("A quiz has questions of its own, or a pool to draw from."))
            return False
        return valid


class PapersStayPanel(Panel):
    """While members are at it: papers that are drawn stay. And which pools have too little."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "quizzes/panels/papers_stay.html"

        @cached_property
        def is_under_way(self) -> bool:
            return Attempt.objects.open().filter(quiz=self.instance.pk).exists()

        @cached_property
        def shortages(self) -> list[Shortage]:
            return shortages(type(self.instance).objects.get(pk=self.instance.pk))

        @cached_property
        def not_in_use(self) -> int:
            entries = self.instance.entries.model.objects.filter(quiz=self.instance.pk)
            return entries.exclude(question__state=Question.State.IN_USE).count()

        def is_shown(self) -> bool:
            return self.instance.pk is not None and bool(
                self.is_under_way or self.shortages or self.not_in_use
            )
