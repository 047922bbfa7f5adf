"""Who is signing in: a member number or a phone, and a password."""

from datetime import date
from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.timezone import localdate

from people.ciphers import blind_index
from people.models import Member, MobileRegistration


class Argon2(Argon2PasswordHasher):
    """Argon2id at 19 MiB, two passes, one lane: the OWASP minimum, some 20 ms here."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


def tidy_identifier(text: str) -> str:
    """Return what was typed as member number or phone with the usual slips put right (blanks, full width)."""
    full_width = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20}
    return "".join(text.translate(full_width).split()).replace("-", "").lower()


def matching_members(identifier: str) -> list[Member]:
    """Who has this number or this phone, as it was typed: one's number may be another's phone."""
    typed = tidy_identifier(identifier)
    found = Member.objects.filter(Q(number=typed) | Q(phone_index=blind_index(typed)))
    return list(found.order_by("pk"))


class NumberOrPhone(ModelBackend):
    """Find the member by number or phone. An unknown one costs as much time as a wrong password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: object,
    ) -> Member | None:
        if not username or password is None:
            return None
        matching = matching_members(username)  # the password tells them apart
        if not matching:
            Member().set_password(password)
        return next(
            (m for m in matching if m.check_password(password) and self.user_can_authenticate(m)), None
        )

    def get_user(self, user_id: int) -> Member | None:
        """Return the member of a session, with `keeps_contact` for the navigation, in one query."""
        sql, values = _of_a_session()
        told = {_SOMEBODY: user_id, _SOME_DAY: localdate()}
        found = Member.objects.raw(sql, [told.get(value, value) for value in values])
        member = next(iter(found), None)
        return member if member is not None and self.user_can_authenticate(member) else None


_SOMEBODY, _SOME_DAY = -1, date(1, 1, 1)


@cache
def _of_a_session() -> tuple[str, tuple[Any, ...]]:
    """The statement for somebody on some day, written once: it is asked at each request."""
    kept = MobileRegistration.objects.kept_by(OuterRef("pk"), on=_SOME_DAY)
    asked = Member.objects.annotate(keeps_contact=Exists(kept)).filter(pk=_SOMEBODY)
    return asked.query.sql_with_params()
