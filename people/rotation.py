"""
New keys for what is kept encrypted: a fresh key goes first in the file, then everything is encrypted anew.

In batches, each a statement that only touches what has not changed meanwhile; so it can be stopped and begun
again, and nobody has to wait. Old keys stay in the file until nothing needs them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.db import connection, models

from people.ciphers import EncryptedField, read_keys, renewed

BATCH = 2_000


class StillNeeded(Exception):
    """Something is still encrypted under an old key: the old keys stay."""

    def __init__(self, count: int) -> None:
        self.count = count


@dataclass(frozen=True)
class Place:
    """Where encrypted text stands: a column, or one key of a column of JSON."""

    table: str
    pk: str
    kind: str
    column: str
    json_key: str = ""

    @property
    def text(self) -> str:
        """The SQL that reads the encrypted text."""
        return f"{self.column} ->> '{self.json_key}'" if self.json_key else self.column

    @property
    def written(self) -> str:
        """The SQL of the new content of the column."""
        if self.json_key:
            return f"jsonb_set({self.column}, '{{{self.json_key}}}', to_jsonb(new.token))"
        return "new.token"


def places() -> list[Place]:
    """Every encrypted column of every room, and the two secrets of the second step."""
    found = []
    for model in apps.get_models():
        fields = model._meta.local_concrete_fields
        found += [_place(model, field) for field in fields if isinstance(field, EncryptedField)]
    secrets_of = Authenticator._meta.db_table
    return [*found, *(Place(secrets_of, "id", "bigint", "data", key) for key in ("secret", "seed"))]


def _place(model: type[models.Model], field: models.Field) -> Place:
    pk = model._meta.pk
    return Place(model._meta.db_table, pk.column, pk.rel_db_type(connection), field.column)


def batches(place: Place) -> Iterator[list[tuple[object, str]]]:
    """What stands there, in the order of the primary key, as (primary key, encrypted text)."""
    last: object = None
    while True:
        after = "" if last is None else f"and {place.pk} > %s"
        statement = (
            f"select {place.pk}, {place.text} from {place.table} where {place.text} is not null {after}"  # noqa: S608
            f" order by {place.pk} limit {BATCH}"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [] if last is None else [last])
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def is_under(path: Path) -> Callable[[str], bool]:
    """A function that says whether a text is encrypted under the first key of the file."""
    newest = Fernet(read_keys(path).encrypting[0])

    def opens(token: str) -> bool:
        try:
            newest.decrypt(token.encode("ascii"))
        except InvalidToken:
            return False
        return True

    return opens


def waiting(path: Path) -> int:
    """How many texts are not under the newest key."""
    is_new = is_under(path)
    return sum(not is_new(token) for place in places() for rows in batches(place) for _pk, token in rows)


def put_key_first(path: Path) -> None:
    """Write a fresh key before the others; the file is replaced at once, and stays its owner's alone."""
    _replace(path, [f"encrypt {Fernet.generate_key().decode()}", *path.read_text().splitlines()])


def renew_all(path: Path, told: Callable[[int], None] = lambda done: None) -> int:
    """Encrypt under the newest key what is not yet. Return how many; `told` hears it after each batch."""
    is_new, done = is_under(path), 0
    for place in places():
        for rows in batches(place):
            old = [(pk, token, renewed(token)) for pk, token in rows if not is_new(token)]
            done += _write(place, old)
            told(done)
    return done


def _write(place: Place, old: list[tuple[object, str, str]]) -> int:
    """One statement for a batch; what somebody has changed meanwhile is under the newest key already."""
    if not old:
        return 0
    statement = (
        f"update {place.table} set {place.column} = {place.written}"  # noqa: S608  # names from our own models
        f" from unnest(%s::text[], %s::text[], %s::text[]) new (pk, before, token)"
        f" where {place.pk} = new.pk::{place.kind} and {place.text} = new.before"
    )
    keys, before, after = zip(*[(str(pk), token, new) for pk, token, new in old], strict=True)
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(keys), list(before), list(after)])
        return cursor.rowcount


def drop_old_keys(path: Path) -> int:
    """
    Leave only the newest encrypting key in the file; return how many went.

    :raises StillNeeded: when something needs an old one; then the file is as it was.
    """
    count = waiting(path)
    if count:
        raise StillNeeded(count)
    kept: list[str] = []
    gone = 0
    for line in path.read_text().splitlines():
        is_key = line.split()[:1] == ["encrypt"]
        if is_key and any(other.split()[:1] == ["encrypt"] for other in kept):
            gone += 1
        else:
            kept.append(line)
    if gone:
        _replace(path, kept)
    return gone


def _replace(path: Path, lines: list[str]) -> None:
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    written.touch(mode=0o600)
    written.write_text("\n".join(lines) + "\n")
    written.replace(path)
