"""The visits of a branch for those who lead it: the week, the open questions, and what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet

from outreach.arranged import MemberQuestion, PlannedVisit
from outreach.planning import monday_of, plans_of_branch
from outreach.visiting import Visit, VisitMember, VisitQuerySet, VisitVisitor
from people.leading import led_by
from people.models import Affiliation, Member, Organisation


def branches_led(viewer: Member, *, on: date) -> QuerySet[Organisation]:
    """Branches that the viewer leads, or that stand below what they lead; only those that exist."""
    branches = Organisation.objects.branches().exclude(closed_on__lte=on)
    found = branches.none()
    for place in led_by(viewer, on=on):
        found = found | branches.filter(path__startswith=place.path)
    return found


@dataclass(frozen=True)
class Week:
    """The plans of a branch: those of days gone by, of this week, and of the next."""

    monday: date
    plans: list[PlannedVisit]

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def overdue(self) -> list[PlannedVisit]:
        return [plan for plan in self.plans if plan.day < self.monday]

    @property
    def this(self) -> list[PlannedVisit]:
        return [plan for plan in self.plans if self.monday <= plan.day <= self.sunday]

    @property
    def next(self) -> list[PlannedVisit]:
        return [plan for plan in self.plans if plan.day > self.sunday]


def week_of(branch: Organisation, *, on: date) -> Week:
    monday = monday_of(on)
    return Week(monday, plans_of_branch(branch, on=on, to=monday + timedelta(days=13)))


def visits_of_branch(branch: Organisation) -> VisitQuerySet:
    """What was recorded with the branch, the latest first, with who came and who of it was visited."""
    here = VisitMember.objects.filter(branch=branch)
    members = here.select_related("member").order_by("pk")
    visitors = VisitVisitor.objects.select_related("visitor").order_by("pk")
    return (
        Visit.objects.filter(Exists(here.filter(visit=OuterRef("pk"))))
        .annotate(read=Count("lessons"))
        .prefetch_related(
            Prefetch("members", members, to_attr="of_branch"), Prefetch("visitors", visitors, to_attr="came")
        )
        .order_by("-started_at", "-pk")
    )


def open_questions(branch: Organisation, viewer: Member, *, on: date) -> list[MemberQuestion]:
    """Questions of members at home in the branch whose answer is still to be told. One query."""
    home = Affiliation.objects.of(OuterRef("member"), on=on).home().filter(branch=branch)
    asked = MemberQuestion.objects.for_answering(viewer, on=on).untold().filter(Exists(home))
    return list(asked.select_related("member", "taken_by").order_by("asked_on", "pk"))
