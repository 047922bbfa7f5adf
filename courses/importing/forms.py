"""What an editor sends about a document: the document itself, and how it is to become a course."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.importing.document import Document, Picture
from courses.importing.plan import ROLES, TITLE_LENGTH, Plan, Row
from courses.models import Category, CoursePage

LEVELS = [(n, str(n)) for n in range(1, 10)]


class BringForm(forms.Form):
    """A file, or a text that was copied. The key makes the same form count once."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_(
            "Word (.docx), Markdown (.md), web page (.html), or a .zip of pages with their pictures."
        ),
        widget=forms.FileInput(attrs={"accept": ".docx,.md,.markdown,.html,.htm,.txt,.zip"}),
    )
    pasted = forms.CharField(
        label=_("Or paste HTML or text here"), required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("file") and not (given.get("pasted") or "").strip() and "file" not in self.errors:
            raise forms.ValidationError(_("Choose a file, or paste a text."))
        return given


class CourseForm(forms.Form):
    """The course that is made, or added to, and which headings are modules and lessons."""

    title = forms.CharField(label=_("Title of the course"), max_length=TITLE_LENGTH, required=False)
    course = forms.ModelChoiceField(
        CoursePage.objects.none(),
        label=_("Or add to a course"),
        required=False,
        empty_label=_("A new course"),
        help_text=_("Its language counts, and title, language and category above do not."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    category = forms.ChoiceField(label=_("Category"), choices=[("", "—"), *Category.choices], required=False)
    module_level = forms.TypedChoiceField(
        label=_("Modules are headings of level"), choices=[(0, _("none")), *LEVELS], coerce=int
    )
    lesson_level = forms.TypedChoiceField(
        label=_("Lessons are headings of level"), choices=[(0, _("none")), *LEVELS], coerce=int
    )
    field_order = ("title", "language", "category", "course", "module_level", "lesson_level")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = CoursePage.objects.order_by("locale_id", "path")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("course"):
            if not (given.get("title") or "").strip():
                self.add_error("title", _("The course needs a title."))
            if not given.get("category"):
                self.add_error("category", _("Choose one of the seven categories."))
        modules, lessons = given.get("module_level") or 0, given.get("lesson_level") or 0
        if modules and lessons and modules >= lessons:
            self.add_error(
                "lesson_level", _("Lessons stand below modules: choose a lower level (a higher number).")
            )
        return given


def form_of(plan: Plan) -> CourseForm:
    """The form as the plan has it."""
    return CourseForm(
        initial={
            "title": plan.title,
            "course": plan.course,
            "language": plan.language,
            "category": plan.category,
            "module_level": plan.module_level,
            "lesson_level": plan.lesson_level,
        }
    )


def plan_of(form: CourseForm, data: QueryDict, document: Document, before: Plan) -> Plan:
    """The plan as it was sent. What was not sent, or cannot be, stays as it was before."""
    given = form.cleaned_data if form.is_valid() else {**before.as_json(), "course": None, **_good(form)}
    course = given.get("course")
    plan = Plan(
        title=(given.get("title") or "").strip() or before.title,
        course=course.pk if isinstance(course, CoursePage) else None,
        language=given.get("language") or before.language,
        category=given.get("category") or "",
        module_level=given.get("module_level") or 0,
        lesson_level=given.get("lesson_level") or 0,
    )
    for n, row in before.rows.items():
        role = data.get(f"role-{n}", row.role)
        title = " ".join(data.get(f"title-{n}", row.title).split())[:TITLE_LENGTH]
        plan.rows[n] = Row(role if role in ROLES else row.role, title or row.title)
    if "quotations-shown" in data:
        numbers = {int(n) for n in data.getlist("quotation") if n.isdecimal() and len(n) < 10}
        plan.quotations = sorted(n for n in numbers if n < len(document.proposals))
    else:
        plan.quotations = before.quotations
    for n, block in enumerate(document.blocks):
        if isinstance(block, Picture):
            plan.alts[n] = " ".join(data.get(f"alt-{n}", before.alts.get(n, "")).split())[:1000]
    return plan


def _good(form: CourseForm) -> dict[str, Any]:
    return dict(form.cleaned_data)
