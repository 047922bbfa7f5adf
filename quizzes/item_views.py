"""How questions do, for editors and reviewers: the list, one question, its workbook, counting anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from jobs.models import Job
from jobs.work import ask
from people.admin.access import office_page
from people.admin.heading import headed
from people.audit import action, note, shortened_address
from people.offices import Office
from people.workbooks.tables import XLSX
from quizzes.item_book import workbook
from quizzes.item_charts import Bar, Scale, ThirdsBars, discrimination_scale, facility_bar, percent
from quizzes.item_list import ON_A_PAGE, ItemSearch, Suspect, suspects_in_words
from quizzes.item_words import given_in_words, is_right
from quizzes.keys import contents_by_version
from quizzes.models import ItemStatistic, Question, QuestionVersion
from quizzes.statistics import WORK

TAKEN = action("statistics.taken", gettext_lazy("The statistics of questions were taken as a workbook"))

open_to_who_writes = office_page(Office.Kind.EDITOR, Office.Kind.REVIEWER)


@dataclass(frozen=True)
class Given:
    """What was given, in words, with how often and by whom rather."""

    words: str
    is_right: bool
    count: int
    share: int
    thirds: ThirdsBars
    high: int
    low: int


@dataclass(frozen=True)
class Item:
    """A version of a question with its figures, drawn; without, where fewer than five people answered."""

    version: QuestionVersion
    statistic: ItemStatistic | None
    content: Mapping[str, Any]
    is_asked: bool

    @property
    def facility(self) -> Bar | None:
        return facility_bar(self.statistic.facility) if self.statistic else None

    @property
    def percent(self) -> int:
        return percent(self.statistic.facility) if self.statistic else 0

    @property
    def discrimination(self) -> Scale | None:
        figure = self.statistic.discrimination if self.statistic else None
        return None if figure is None else discrimination_scale(figure)

    @property
    def suspects(self) -> list[Suspect]:
        return suspects_in_words(self.statistic) if self.statistic else []

    @property
    def given(self) -> list[Given]:
        rows = self.statistic.options if self.statistic else []
        answers = self.statistic.answers if self.statistic else 1
        return [
            Given(
                given_in_words(self.content, row["given"]),
                is_right(self.content, row["given"]),
                row["count"],
                percent(row["count"] / answers),
                ThirdsBars(row["high"], row["low"]),
                percent(row["high"]),
                percent(row["low"]),
            )
            for row in rows
        ]


@require_safe
@open_to_who_writes
def items(request: HttpRequest) -> HttpResponse:
    """Questions by how they do, fifty on a page."""
    form = ItemSearch(request.GET)
    page = Paginator(form.wanted, ON_A_PAGE).get_page(request.GET.get("p"))
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "form": form,
        "page": page,
        "lines": _asked_now(page),
        "query": query.urlencode(),
        "counted_at": ItemStatistic.objects.aggregate(at=Max("computed_at"))["at"],
        "is_counting": _is_counting(),
    }
    return render(request, "quizzes/admin/items.html", _headed(_("How questions do"), context))


def _asked_now(rows: Iterable[ItemStatistic]) -> list[Item]:
    return [Item(row.version, row, row.version.content, is_asked=True) for row in rows]


def _is_counting() -> bool:
    return Job.objects.filter(kind=WORK, state__in=[Job.State.WAITING, Job.State.RUNNING]).exists()


@require_safe
@open_to_who_writes
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: each version that was asked, the newest first."""
    question = get_object_or_404(Question, pk=pk)
    rows = list(question.versions.select_related("statistic").order_by("-frozen_at", "-pk"))
    contents = contents_by_version(row.pk for row in rows)
    versions = [
        Item(row, getattr(row, "statistic", None), contents[row.pk], is_asked=row.pk == question.version_id)
        for row in rows
    ]
    context = {"question": question, "versions": versions}
    title = question.reference or str(question)
    return render(request, "quizzes/admin/item.html", _headed(title, context, below=True))


@require_safe
@open_to_who_writes
def items_as_workbook(request: HttpRequest) -> HttpResponse:
    """What the list shows, all of it."""
    found = list(ItemSearch(request.GET).wanted)
    with transaction.atomic():
        address = shortened_address(request)
        note(TAKEN, at=now(), by=request.user, address=address, details={"questions": len(found)})
        made = workbook(found)
    disposition = f'attachment; filename="questions-{localdate():%Y%m%d}.xlsx"'
    return HttpResponse(made, content_type=XLSX, headers={"Content-Disposition": disposition})


@require_POST
@open_to_who_writes
def count_items(request: HttpRequest) -> HttpResponse:
    """Have the statistics counted anew, unless somebody has just asked for it."""
    if not _is_counting():
        ask(WORK, by=request.user, at=now())
    messages.success(request, _("The figures are being counted anew. That takes a moment."))
    return redirect("quiz_items")


def _headed(title: str, context: dict[str, Any], *, below: bool = False) -> dict[str, Any]:
    above = [(reverse("quiz_items"), _("How questions do"))] if below else []
    return headed(title, context, icon="view", above=above)


def urls() -> list[URLPattern]:
    return [
        path("questions/statistics/", items, name="quiz_items"),
        path("questions/statistics/count/", count_items, name="quiz_items_count"),
        path("questions/statistics/workbook/", items_as_workbook, name="quiz_items_workbook"),
        path("questions/statistics/<int:pk>/", item, name="quiz_item"),
    ]
