"""What the pages of a branch read: its members, what waits for an answer, and what is arranged for whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from people.affiliations import Affiliation
from people.leading import committees_of, leads, leads_itself, led_by, sits_on_committee, visitors_of
from people.mobility import MobileRegistration, RegistrationQuerySet, active_registration
from people.models import HomeStudy, Member, MemberQuerySet, Organisation, Pairing, Sight, Standing, Transfer
from people.slots import contact_days

REVIEW_NOTICE = timedelta(days=30)
"""So long before its day a review is shown to the committee."""


def branches_in_care(viewer: Member, *, on: date) -> QuerySet[Organisation]:
    """Branches whose page the viewer opens: on whose committee they sit, and those below what they lead."""
    places = Q(pk__in=[branch.pk for branch in committees_of(viewer, on=on)])
    for place in led_by(viewer, on=on):
        places |= Q(path__startswith=place.path)
    return Organisation.objects.branches().exclude(closed_on__lte=on).filter(places)


def members_in_care(viewer: Member, *, on: date) -> MemberQuerySet:
    """Members whose arrangements the viewer looks after: at home or guests in a branch in their care."""
    there = Affiliation.objects.of(OuterRef("pk"), on=on).filter(branch__in=branches_in_care(viewer, on=on))
    return Member.objects.visible_to(viewer, on=on).filter(Exists(there))


def arranged_among(viewer: Member, *, on: date) -> QuerySet[HomeStudy]:
    """The arrangements for home study that the viewer may know of by name; another's, not one's own."""
    known = Member.objects.visible_to(viewer, sight=Sight.ARRANGEMENT, on=on).exclude(pk=viewer.pk)
    return HomeStudy.objects.on(on).filter(member__in=known)


def with_standing(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Annotate `membership` and `work`: the labels' values, or None where nothing is said."""
    said = Standing.objects.filter(member=OuterRef("pk"), since__lte=on).order_by("-since").values("value")
    return members.annotate(
        membership=Subquery(said.filter(aspect=Standing.Aspect.MEMBERSHIP)[:1]),
        work=Subquery(said.filter(aspect=Standing.Aspect.WORK)[:1]),
    )


@dataclass(frozen=True)
class Line:
    """A member of the branch as the list shows them."""

    member: Member
    standings: list[str]
    is_guest: bool
    is_mobile: bool
    is_home_study: bool


@dataclass(frozen=True)
class BranchCare:
    """A branch with what waits there, as far as the viewer's office goes."""

    branch: Organisation
    leads: bool
    lines: list[Line]
    waiting: list[Transfer] = field(default_factory=list)
    undoable: list[Transfer] = field(default_factory=list)
    to_receive: list[MobileRegistration] = field(default_factory=list)
    contacts_due: list[MobileRegistration] = field(default_factory=list)
    reviews_due: list[HomeStudy] = field(default_factory=list)


def branch_care(viewer: Member, branch: Organisation, *, on: date) -> BranchCare:
    """The branch's page for this viewer, in a fixed number of queries."""
    reviews = arranged_among(viewer, on=on).select_related("member")
    at_home = set(reviews.values_list("member_id", flat=True))
    lines = [_line(member, at_home) for member in _members(viewer, branch, on=on)]
    if sits_on_committee(viewer, branch, on=on):
        here = Affiliation.objects.of(OuterRef("member"), on=on).home().filter(branch=branch)
        soon = reviews.filter(Exists(here), review_on__lte=on + REVIEW_NOTICE).order_by("review_on", "pk")
        reviews_due = list(soon)
    else:
        reviews_due = []
    if not leads(viewer, branch, on=on):
        return BranchCare(branch, False, lines, reviews_due=reviews_due)
    transfers = Transfer.objects.concerning(branch).with_people()
    away = MobileRegistration.objects.on(on).select_related("member", "branch", "contact")
    received = Affiliation.objects.of(OuterRef("member"), on=on).host()
    return BranchCare(
        branch,
        True,
        lines,
        waiting=list(transfers.waiting().order_by("asked_at", "pk")),
        undoable=list(transfers.undoable(on=on).order_by("effective_on", "pk")),
        to_receive=list(away.filter(~Exists(received), receiving=branch).order_by("since", "pk")),
        contacts_due=list(needing_contact(away.filter(branch=branch), on=on).order_by("since", "pk")),
        reviews_due=reviews_due,
    )


def needing_contact(registrations: RegistrationQuerySet, *, on: date) -> RegistrationQuerySet:
    """Those whose contact is due, and those whose contact person is missing or of another branch by now."""
    keeping = Affiliation.objects.of(OuterRef("contact"), on=on).home().filter(branch=OuterRef("branch"))
    annotated = registrations.annotate(has_contact=Exists(keeping)).with_last_contact()
    due = registrations.due(on=on, every=contact_days(on)).values("pk")
    return annotated.filter(Q(has_contact=False) | Q(pk__in=due))


def _members(viewer: Member, branch: Organisation, *, on: date) -> MemberQuerySet:
    mine = Affiliation.objects.of(OuterRef("pk"), on=on)
    members = Member.objects.visible_to(viewer, on=on).filter(Exists(mine.filter(branch=branch)))
    return (
        with_standing(members, on=on)
        .annotate(
            is_guest=Exists(mine.host().filter(branch=branch)),
            is_away=Exists(mine.host())
            | Exists(MobileRegistration.objects.on(on).filter(member=OuterRef("pk"))),
        )
        .order_by(F("is_guest"), "number", "pk")
    )


def _line(member: Member, at_home: set[int]) -> Line:
    said = [member.membership, member.work]  # annotated by with_standing()
    labels = [str(Standing.Value(value).label) for value in said if value]
    guest, away = member.is_guest, member.is_away  # annotated by _members()
    return Line(member, labels, guest, away and not guest, member.pk in at_home)


@dataclass(frozen=True)
class MemberCare:
    """What is arranged for one member, and what the viewer may do about it."""

    member: Member
    viewer: Member
    on: date
    home: Affiliation | None
    host: Affiliation | None
    standings: list[Standing]
    registration: MobileRegistration | None
    transfer: Transfer | None
    undoable: Transfer | None
    knows_arrangement: bool
    home_study: HomeStudy | None
    pairings: list[Pairing]

    @property
    def branch(self) -> Organisation | None:
        return self.home.branch if self.home else None

    @property
    def is_self(self) -> bool:
        return self.member == self.viewer

    @property
    def leads_home(self) -> bool:
        return leads(self.viewer, self.branch, on=self.on)

    @property
    def leads_home_itself(self) -> bool:
        return self.branch is not None and leads_itself(self.viewer, self.branch, on=self.on)

    @property
    def leads_host(self) -> bool:
        return self.host is not None and leads(self.viewer, self.host.branch, on=self.on)

    @property
    def is_of_committee(self) -> bool:
        return self.branch is not None and sits_on_committee(self.viewer, self.branch, on=self.on)

    @property
    def leads_above(self) -> bool:
        """True for leaders above the home branch: they can ask and accept in one step."""
        return (
            self.leads_home and self.branch is not None and leads(self.viewer, self.branch.parent, on=self.on)
        )


def member_care(member: Member, viewer: Member, *, on: date) -> MemberCare:
    """All of it for a member whom the viewer may see; `arrangement` only as far as the office goes."""
    affiliations = Affiliation.objects.of(member, on=on).select_related("branch__parent", "group")
    by_kind = {affiliation.kind: affiliation for affiliation in affiliations}
    knows = Member.objects.visible_to(viewer, sight=Sight.ARRANGEMENT, on=on).filter(pk=member.pk).exists()
    pairings = Pairing.objects.on(on).filter(member=member).select_related("visitor").order_by("since", "pk")
    transfers = Transfer.objects.visible_to(viewer, on=on).filter(member=member).with_people()
    return MemberCare(
        member=member,
        viewer=viewer,
        on=on,
        home=by_kind.get(Affiliation.Kind.HOME),
        host=by_kind.get(Affiliation.Kind.HOST),
        standings=list(Standing.objects.filter(member=member).on(on)),
        registration=active_registration(member, on=on),
        transfer=transfers.waiting().first(),
        undoable=transfers.undoable(on=on).order_by("-effective_on", "-pk").first(),
        knows_arrangement=knows,
        home_study=HomeStudy.objects.on(on).filter(member=member).first() if knows else None,
        pairings=list(pairings) if knows else [],
    )


def visitors_to_assign(care: MemberCare) -> list[Member]:
    """Who can be assigned: visitors of the branch who are not assigned yet."""
    taken = {pairing.visitor_id for pairing in care.pairings} | {care.member.pk}
    offices = visitors_of(care.branch, on=care.on) if care.branch else ()
    return list({office.member: None for office in offices if office.member_id not in taken})


def possible_contacts(care: MemberCare) -> list[Member]:
    """Who can keep in contact: the others at home in the branch, as far as the viewer sees them."""
    if care.branch is None:
        return []
    mine = Affiliation.objects.of(OuterRef("pk"), on=care.on).home().filter(branch=care.branch)
    others = Member.objects.visible_to(care.viewer, on=care.on).filter(Exists(mine))
    return list(others.exclude(pk=care.member.pk).order_by("number"))


def keeps_contact(member: Member, *, on: date) -> list[MobileRegistration]:
    """The page of a contact person: whom they keep in contact with, the longest ago first."""
    kept = MobileRegistration.objects.kept_by(member, on=on).with_last_contact()
    rows = list(kept.select_related("member", "receiving"))
    return sorted(rows, key=lambda row: (max(row.since, row.last_contact or row.since), row.pk))


def contacts_due(contact: Member, *, on: date) -> int:
    """How many of those with whom this member keeps in contact are to be contacted. Two queries."""
    kept = MobileRegistration.objects.kept_by(contact, on=on)
    return kept.due(on=on, every=contact_days(on)).count()


def affiliation_history(member: Member) -> list[Affiliation]:
    """Where the member belonged and belongs, the latest first."""
    return list(member.affiliations.select_related("branch", "group").order_by("-since", "-pk"))


def unseen_member(*, number: str, name: str) -> Member | None:
    """
    The member with exactly this number and name, for a branch that is to receive them.

    Both have to fit, so that nobody can be looked up by a number alone.
    """
    tidy = "".join(name.split()).casefold()
    found = Member.objects.filter(number=number.strip().lower(), is_active=True, erased_at=None).first()
    if found is None:
        return None
    names = {"".join(known.split()).casefold() for known in (found.name, found.name_latin) if known}
    return found if tidy in names else None


def own_transfers(member: Member) -> list[Transfer]:
    """One's own transfers, the latest first."""
    return list(Transfer.objects.filter(member=member).with_people().order_by("-asked_at", "-pk")[:10])
