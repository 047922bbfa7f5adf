"""The way of a pack: printed, delivered, returned, or cancelled. For one and for many; forward only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from outreach.packet_records import Packet, PacketStep
from people import audit
from people.leading import NotThatDay, Refusal
from people.models import Member

STEPPED = audit.action("packs.stepped", _("Wrote down where a study pack has come to"))

State = PacketStep.State
ORDER = [State.MADE, State.PRINTED, State.DELIVERED, State.RETURNED, State.RECORDED]
BY_HAND = (State.PRINTED, State.DELIVERED, State.RETURNED)
"""What is said of a pack with a button."""


class NotYourPacks(Refusal):
    words = _("This is for the leaders of the branch or above, and for the visitor of the member.")


class GoesForwardOnly(Refusal):
    words = _("A pack goes forward only: made, printed, delivered, returned, recorded. Nothing was changed.")


class NotADayOfThePack(NotThatDay):
    words = _("The day lies before the pack was made, or in the future. Nothing was changed.")


def comes_next(state: str | None, wanted: str) -> bool:
    """Whether a pack in `state` can come to `wanted`. Steps may be left out; none is taken back."""
    if state is None or state in {State.RECORDED, State.CANCELLED}:
        return False
    return wanted == State.CANCELLED or ORDER.index(State(wanted)) > ORDER.index(State(state))


def next_steps(state: str | None) -> list[str]:
    """The steps by hand that a pack in this state can still come to."""
    return [step for step in BY_HAND if comes_next(state, step)]


@transaction.atomic
def take_step(packet: Packet, state: str, *, on: date, by: Member, at: datetime) -> PacketStep:
    """
    Write down where one pack has come to. The same again is the step there is.

    :raises NotYourPacks, GoesForwardOnly, NotADayOfThePack: and nothing is written.
    """
    same = packet.steps.filter(state=state).first()
    taken = take_steps([packet], state, on=on, by=by, at=at)
    step = same or packet.steps.filter(state=state).first()
    if not taken and step is None:
        raise GoesForwardOnly
    return step


@transaction.atomic
def take_steps(packets: Iterable[Packet], state: str, *, on: date, by: Member, at: datetime) -> int:
    """
    Write it down of each of these packs that can come to it, and return how many; the others stay.

    Set-based. The packs are held meanwhile, so that two who write at once do not cross.

    :raises NotYourPacks: one of them is not in the care of `by`.
    :raises NotADayOfThePack: one was made later than `on`, or `on` is in the future.
    """
    if state not in {*BY_HAND, State.CANCELLED}:
        raise GoesForwardOnly
    held = list(_held([packet.pk for packet in packets], by, at))
    ready = [packet for packet in held if comes_next(packet.state, state)]
    if on > localdate(at) or any(on < packet.state_on for packet in ready):
        raise NotADayOfThePack
    PacketStep.objects.bulk_create(
        [PacketStep(packet=packet, state=state, on=on, by=by, at=at) for packet in ready], batch_size=1000
    )
    subjects = [(packet.member, {"pack": packet.number, "state": str(state)}) for packet in ready]
    audit.note_each(STEPPED, at=at, by=by, subjects=subjects)
    return len(ready)


def _held(keys: list[int], by: Member, at: datetime) -> list[Packet]:
    wanted = set(keys)
    rows = Packet.objects.filter(pk__in=wanted).order_by("pk")
    if rows.cared_for_by(by, on=localdate(at)).count() != len(wanted):
        raise NotYourPacks
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return list(rows.with_state().select_related("member"))


@transaction.atomic
def leave_out_waiting(packets: Iterable[Packet], *, by: Member, at: datetime) -> int:
    """
    Cancel packs that were asked for and are not made yet; return how many.

    :raises NotYourPacks: one of them is not in the care of `by`.
    """
    held = _held([packet.pk for packet in packets], by, at)
    waiting = [packet for packet in held if packet.made_at is None and not packet.left_out]
    rows = Packet.objects.filter(pk__in=[packet.pk for packet in waiting], made_at=None)
    rows.update(left_out=Packet.LeftOut.CANCELLED)
    subjects = [(packet.member, {"pack": packet.number, "state": "cancelled"}) for packet in waiting]
    audit.note_each(STEPPED, at=at, by=by, subjects=subjects)
    return len(waiting)
