"""Planning visits: by the visitor, or by who leads once both have agreed; done by a visit, or cancelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from outreach import planning
from outreach.arranged import PairingConsent, PlannedVisit
from outreach.branch_visits import week_of
from outreach.planning import cancel_plan, plan_visit, plans_of
from people.audit import AuditEntry
from people.leading import NotThatDay, NotYourBranch
from people.models import Member, Pairing
from tests.cast import make_member
from tests.outreach.visiting import NOON, make_visitor, signed_in, visit

DAY = date(2026, 3, 12)


@pytest.fixture
def visitor(branch, member) -> Member:
    return make_visitor("wanghong", branch, member, name="王红", name_latin="Wang Hong")


def both_agree(by: Member) -> None:
    for side in ("helper", "member"):
        PairingConsent.objects.create(
            pairing=Pairing.objects.get(),
            side=side,
            way="in_person",
            given_on=DAY,
            noted_by=by,
            noted_at=NOON,
        )


def plan(member: Member, visitor: Member, *, by: Member, day: date = DAY, **said: str) -> PlannedVisit:
    return plan_visit(member, visitor=visitor, day=day, by=by, at=NOON, **said)


def test_a_visitor_plans_their_own_visits(member, visitor) -> None:
    planned = plan(member, visitor, by=visitor, note="带大字版")

    assert plans_of(visitor, to=DAY) == [planned]
    assert plans_of(visitor, to=DAY - timedelta(days=1)) == []
    assert (planned.note, planned.planned_by) == ("带大字版", visitor)
    entry = AuditEntry.objects.get(action="visit.planned")
    assert entry.details == {"visitor": str(visitor.key), "day": "2026-03-12"}


def test_who_leads_plans_only_once_both_have_agreed(member, visitor, secretary) -> None:
    with pytest.raises(planning.ConsentMissing):
        plan(member, visitor, by=secretary)
    assert not PlannedVisit.objects.exists()
    both_agree(secretary)
    plan(member, visitor, by=secretary)

    assert PlannedVisit.objects.get().planned_by == secretary


@pytest.mark.parametrize(
    ("day", "refusal"), [(date(2026, 3, 9), NotThatDay), (date(2026, 6, 11), NotThatDay)]
)
def test_a_day_that_is_over_or_far_away_is_not_planned(member, visitor, day, refusal) -> None:
    with pytest.raises(refusal):
        plan(member, visitor, by=visitor, day=day)

    assert not PlannedVisit.objects.exists()


def test_others_plan_nothing_and_nothing_is_planned_twice_or_without_a_pairing(
    member, visitor, stranger, branch
) -> None:
    other = make_visitor("other", branch)
    with pytest.raises(NotYourBranch):
        plan(member, visitor, by=stranger)
    with pytest.raises(NotYourBranch):
        plan(member, visitor, by=other)
    with pytest.raises(planning.NotPairedNow):
        plan(member, other, by=other)
    plan(member, visitor, by=visitor)
    with pytest.raises(planning.AlreadyPlanned):
        plan(member, visitor, by=visitor)

    assert PlannedVisit.objects.count() == 1


def test_a_plan_is_cancelled_once_and_can_be_made_again(member, visitor, stranger) -> None:
    planned = plan(member, visitor, by=visitor)
    with pytest.raises(NotYourBranch):
        cancel_plan(planned, by=stranger, at=NOON)
    cancel_plan(planned, by=visitor, at=NOON)
    with pytest.raises(planning.AlreadyDone):
        cancel_plan(planned, by=visitor, at=NOON)
    plan(member, visitor, by=visitor)

    assert [p.cancelled_by for p in PlannedVisit.objects.order_by("pk")] == [visitor, None]


def test_a_plan_that_was_done_is_not_cancelled(member, visitor) -> None:
    planned = plan(member, visitor, by=visitor)
    visit(member, by=visitor)
    with pytest.raises(planning.AlreadyDone):
        cancel_plan(planned, by=visitor, at=NOON)

    assert PlannedVisit.objects.get().cancelled_at is None


def test_the_week_of_a_branch_tells_earlier_this_and_the_next(member, visitor, branch) -> None:
    days = [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 15), date(2026, 3, 16), date(2026, 3, 22)]
    for day in [*days, date(2026, 3, 23)]:
        PlannedVisit.objects.create(
            visitor=visitor, member=member, day=day, planned_by=visitor, planned_at=NOON
        )
    week = week_of(branch, on=date(2026, 3, 11))

    assert [[plan.day for plan in part] for part in (week.overdue, week.this, week.next)] == [
        days[:1], days[1:3], days[3:],
    ]  # fmt: skip


def test_the_page_plans_and_cancels(member, visitor) -> None:
    client, day = signed_in(visitor), localdate() + timedelta(days=2)
    page = client.get(f"/visits/plan/{member.key}/").content.decode()
    assert f'<option value="{visitor.key}" selected' in page
    sent = {"visitor": str(visitor.key), "day": f"{day}", "note": "带书"}
    assert client.post(f"/visits/plan/{member.key}/", sent)["location"] == "/visits/"
    planned = PlannedVisit.objects.get()
    assert (planned.day, planned.note) == (day, "带书")
    assert "带书" in client.get("/visits/").content.decode()
    again = client.post(f"/visits/plan/{member.key}/", sent)
    assert again.status_code == 200 and "带书" in again.content.decode()
    client.post(f"/visits/plans/{planned.key}/cancel/")

    assert PlannedVisit.objects.get().cancelled_at is not None


def test_the_secretary_plans_on_the_page_and_goes_back_to_the_branch(
    member, visitor, secretary, branch
) -> None:
    both_agree(secretary)
    sent = {"visitor": str(visitor.key), "day": f"{localdate()}"}
    answer = signed_in(secretary).post(f"/visits/plan/{member.key}/", sent)

    assert answer["location"] == f"/visits/branch/{branch.key}/"
    page = signed_in(secretary).get(answer["location"]).content.decode()
    assert "王红" in page and "李慧" in page


def test_a_guessed_plan_is_not_there_and_that_is_noted(member, visitor, stranger) -> None:
    planned = PlannedVisit.objects.create(
        visitor=visitor, member=member, day=localdate(), planned_by=visitor, planned_at=now()
    )
    assert signed_in(stranger).post(f"/visits/plans/{planned.key}/cancel/").status_code == 404

    entry = AuditEntry.objects.get(action="visit.cancelled", actor=stranger.key)
    assert (entry.outcome, entry.subject) == ("refused", member.key)
    assert PlannedVisit.objects.get().cancelled_at is None


def test_a_visitor_of_another_member_does_not_find_the_plan(member, visitor, branch) -> None:
    other = make_visitor("other", branch, make_member("someone", branch))

    assert signed_in(other).get(f"/visits/plan/{member.key}/").status_code == 404
