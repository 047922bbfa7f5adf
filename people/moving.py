"""
What moves with a member whose home becomes another branch, and how it moves back.

No row is overwritten except its `until`; a row that began today and ends today has held no day and is taken
back. What ended is described well enough to begin it again when the transfer is undone.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.affiliations import Affiliation
from people.arrangements import Pairing
from people.leading import Refusal, is_open, visitors_of
from people.mobility import MobileRegistration, active_registration, end_on
from people.organisations import Organisation

if TYPE_CHECKING:
    from people.models import Member

Ended = dict[str, Any]

GIVEN_ANEW = {"id", "key", "until"}
"""Fields of a row that are not taken over when it begins again."""


class LaterChangeEntered(Refusal):
    words = _("Another change of branch is entered for a later day already. Please take it back first.")


def move_home(home: Affiliation, *, to: Organisation, group: Organisation | None, on: date) -> Ended:
    """
    Make `to` the home from that day on, and return what ended. In a transaction that holds the member.

    A host affiliation to the new home ends, and with it the registration as mobile; a member who stays with
    another host is registered out by the new home, which has to name a contact person. Visitors of the former
    home no longer come.

    :raises LaterChangeEntered: and nothing is changed.
    """
    member = home.member
    if member.affiliations.home().filter(since__gt=on).exists():
        raise LaterChangeEntered
    ended: Ended = {"home": _end(home, on)}
    Affiliation.objects.create(member=member, branch=to, group=group, kind=Affiliation.Kind.HOME, since=on)
    host = Affiliation.objects.of(member, on=on).host().filter(branch=to).first()
    if host is not None:
        ended["host"] = _end(host, on)
    registration = active_registration(member, on=on)
    if registration is not None:
        ended["registration"] = _end(registration, on)
        if registration.receiving_id != to.pk:
            _register_at(to, registration, on)
    ended["pairings"] = [_end(pairing, on) for pairing in _pairings_beyond(to, member, on=on)]
    return ended


def move_back(home: Affiliation, *, ended: Ended, began_on: date, on: date) -> None:
    """Undo what `move_home` did on the day `began_on`, from the day `on` on."""
    member, before = home.member, ended["home"]["facts"]
    if began_on == on:
        end_on(home, on)
        registration = active_registration(member, on=on)
        if registration is not None and registration.branch_id == home.branch_id:
            end_on(registration, on)
        for pairing in Pairing.objects.on(on).filter(member=member, since=on):
            end_on(pairing, on)
        _begin_again(Affiliation, ended["home"], on=on, same_day=True)
    else:
        group = Organisation.objects.filter(pk=before["group_id"]).first()
        origin = Organisation.objects.get(pk=before["branch_id"])
        move_home(home, to=origin, group=group if group and is_open(group, on=on) else None, on=on)
    _restore_mobility(member, ended, on=on, same_day=began_on == on)
    _restore_pairings(member, ended, on=on, same_day=began_on == on)


def _restore_mobility(member: Member, ended: Ended, *, on: date, same_day: bool) -> None:
    """The host and the registration of before, unless others have taken their place."""
    had_host, had_registration = ended.get("host"), ended.get("registration")
    if had_host and _is_free_for(member, had_host["facts"]["branch_id"], on=on):
        _begin_again(Affiliation, had_host, on=on, same_day=same_day)
    if not had_registration:
        return
    active = active_registration(member, on=on)
    if active is None:
        _begin_again(MobileRegistration, had_registration, on=on, same_day=same_day)
    elif active.contact_id is None:
        active.contact_id = had_registration["facts"]["contact_id"]
        active.save(update_fields=["contact"])


def _is_free_for(member: Member, branch_id: int, *, on: date) -> bool:
    """True when the member is nobody's guest, and the branch still exists."""
    if Affiliation.objects.of(member, on=on).host().exists():
        return False
    return is_open(Organisation.objects.get(pk=branch_id), on=on)


def _restore_pairings(member: Member, ended: Ended, *, on: date, same_day: bool) -> None:
    """The visitors of before, as far as they still are visitors there."""
    home = member.home(on)
    able = {office.member_id for office in visitors_of(home.branch, on=on)} if home else set()
    present = set(Pairing.objects.on(on).filter(member=member).values_list("visitor_id", flat=True))
    for entry in ended["pairings"]:
        if same_day or entry["facts"]["visitor_id"] in able - present:
            _begin_again(Pairing, entry, on=on, same_day=same_day)


def _pairings_beyond(branch: Organisation, member: Member, *, on: date) -> models.QuerySet[Pairing]:
    """Pairings of the member with visitors who are none of this branch."""
    able = visitors_of(branch, on=on).values("member")
    return Pairing.objects.on(on).filter(~Q(visitor__in=able), member=member)


def _register_at(branch: Organisation, before: MobileRegistration, on: date) -> None:
    MobileRegistration.objects.create(
        member=before.member, branch=branch, receiving=before.receiving, since=on, months=before.months
    )


def _end(row: models.Model, on: date) -> Ended:
    """End a row and return how to begin it again."""
    facts = {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in GIVEN_ANEW
    }
    pk = row.pk
    return {"facts": facts, "row": pk if end_on(row, on) else None}


def _begin_again(model: type[models.Model], entry: Ended, *, on: date, same_day: bool) -> None:
    """Let the ended row hold on (the same day), or begin another like it today."""
    if same_day and model._default_manager.filter(pk=entry["row"], until=on).update(until=None):
        return
    facts = {name: model._meta.get_field(name).to_python(value) for name, value in entry["facts"].items()}
    model._default_manager.create(**facts if same_day else facts | {"since": on})
