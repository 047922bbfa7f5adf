"""The study card of the account `elder`, in use, with a number and a PIN that everybody may know."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password

from hours.totals import SHANGHAI
from people.models import StudyCard
from people.study_cards import ACTIVATED_WITHIN, check_digit, digest_of
from reports.demo.chance import dice, draw_key
from reports.demo.posts import Posts
from reports.demo.roster import Person

HOLDER = "elder"
NUMBER = f"48219037{check_digit('48219037')}"
PIN = "2749"
SECRET = "demonstration-of-a-card"  # noqa: S105  # what the QR of this one card holds; of the demonstration alone

MADE_AGO = timedelta(days=40)


def hand_out_cards(people: list[Person], posts: Posts, *, on: date) -> None:
    """The secretary made the card some weeks ago, and the PIN was chosen at the next visit."""
    holder = next(person for person in people if person.number == HOLDER)
    made = datetime.combine(on - MADE_AGO, time(9, 40), SHANGHAI)
    StudyCard.objects.create(
        key=draw_key(dice("study card", HOLDER)),
        member=holder.member,
        number=NUMBER,
        secret=digest_of(SECRET),
        issued_by=posts.secretary_of(holder.code, on - MADE_AGO).member,
        issued_at=made,
        activation=make_password(None),
        activation_until=made + ACTIVATED_WITHIN,
        pin=make_password(PIN),
        pin_set_at=made + timedelta(days=3),
    )
