"""One member's page: modules, results and record, each as far as the viewer may see of this very member."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from courses.outline import Course, outline, with_progress
from hours.models import StudyRecord, StudyRecordQuerySet
from hours.record import YearRecord, year_record
from people.codes import looks_after
from people.leading import leads
from people.models import Affiliation, Member, MemberQuerySet, Organisation, Sight
from quizzes.models import Attempt
from reports.overview import opens_overview

ATTEMPTS_SHOWN = 50


def members_with_sights(viewer: Member, *, on: date) -> MemberQuerySet:
    """Members whose page the viewer may open, each with what it may show."""
    seen = Member.objects.visible_to(viewer, sight=Sight.COMPLETION, on=on)
    return seen.with_sights(viewer, *Sight, on=on).with_arrangements(on=on)


@dataclass
class Detail:
    """
    What the page shows. `home`, `host`: where the member belongs on that day. `places`: where the member is a
    guest and the viewer sees what was recorded there.
    """

    viewer: Member
    member: Member
    on: date
    year: int
    affiliations: dict[str, Affiliation]
    places: list[Organisation]
    courses: list[Course] = field(default_factory=list)

    @property
    def home(self) -> Affiliation | None:
        return self.affiliations.get(Affiliation.Kind.HOME)

    @property
    def host(self) -> Affiliation | None:
        return self.affiliations.get(Affiliation.Kind.HOST)

    @property
    def opens_home(self) -> bool:
        return self._opens(self.home)

    @property
    def opens_host(self) -> bool:
        return self._opens(self.host)

    def _opens(self, affiliation: Affiliation | None) -> bool:
        return affiliation is not None and opens_overview(self.viewer, affiliation.branch, on=self.on)

    @property
    def shows_hours(self) -> bool:
        return self.member.shows_hours

    @property
    def shows_recorded_here(self) -> bool:
        """Whether the viewer sees of the hours only what the host branch recorded."""
        return not self.shows_hours and bool(self.places)

    @property
    def shows_records(self) -> bool:
        return self.shows_hours or self.shows_recorded_here

    @property
    def shows_required(self) -> bool:
        """What is asked would say whether the member studies at home."""
        return self.shows_hours and self.member.shows_arrangement

    @property
    def is_home_study(self) -> bool:
        return self.member.shows_arrangement and self.member.is_home_study

    @property
    def shows_scores(self) -> bool:
        return self.member.shows_scores

    @property
    def phone(self) -> str:
        return (self.member.phone or "") if self.member.shows_contact else ""

    @property
    def hands_codes(self) -> bool:
        """Whether there is a link to the page that makes a one-time code for the member."""
        return looks_after(self.viewer, self.home, on=self.on)

    @property
    def extends_time(self) -> bool:
        """Whether there is a link to the page that gives the member more time at quizzes."""
        return (
            self.home is not None
            and self.viewer.pk != self.member.pk
            and leads(self.viewer, self.home.branch, on=self.on)
        )

    @property
    def who_leads(self) -> str:
        """For a mobile member: which branch leads."""
        rule = self.record.rules.who_leads
        return rule.in_words if rule and self.host else ""

    @property
    def shown(self) -> list[str]:
        """The kinds of data on the page, for the audit."""
        kinds = [str(sight) for sight in Sight if getattr(self.member, f"shows_{sight}")]
        return [*kinds, "recorded_here"] if self.shows_recorded_here else kinds

    @cached_property
    def record(self) -> YearRecord:
        places = None if self.shows_hours else self.places
        return year_record(self.member, on=self.on, year=self.year, recorded_in=places)

    @property
    def records(self) -> StudyRecordQuerySet:
        return StudyRecord.objects.visible_to(self.viewer, on=self.on).filter(member=self.member)

    def attempts(self) -> list[Attempt]:
        """The attempts handed in, the latest first."""
        seen = Attempt.objects.visible_to(self.viewer, on=self.on).filter(member=self.member)
        return list(seen.handed_in().with_marks().order_by("-handed_in_at")[:ATTEMPTS_SHOWN])


def detail_of(viewer: Member, member: Member, *, on: date, year: int, language: str) -> Detail:
    """Return the page of `member`, who comes from `members_with_sights(viewer)`."""
    rows = member.affiliations.on(on).select_related("branch", "group")
    affiliations = {row.kind: row for row in rows}
    host = affiliations.get(Affiliation.Kind.HOST)
    places = []
    if host:
        path = (host.group or host.branch).path
        places = [p for p in viewer.places_showing(Sight.HOURS, on) if path.startswith(p.path)]
    courses = with_progress(outline(language, reader=member), member)
    return Detail(viewer, member, on, year, affiliations, places, courses)
