"""
The least that a beat and a saved answer can cost: read the body, check the seal, write one row by one
prepared statement.

They have a server of its own, without our middleware.
"""

import base64
import hmac
import json
import struct
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

BODY = struct.Struct(">16sQ")
"""Who, and since when the page is open."""

ADD = (
    "insert into bare_barecount (member, seconds, last_at) values (%s, %s, %s) on conflict (member) do update"
    " set seconds = bare_barecount.seconds + excluded.seconds, last_at = excluded.last_at returning seconds"
)

KEEP = (
    "insert into bare_bareanswer (attempt, position, given, counter, saved_at) values (%s, %s, %s, %s, %s)"
    " on conflict (attempt, position) do update set given = excluded.given, counter = excluded.counter,"
    " saved_at = excluded.saved_at returning counter"
)


def somebody(number: int) -> list[UUID]:
    """The keys of so many members; nobody else knows them."""
    chance = Random(number)
    return [UUID(int=chance.getrandbits(128), version=4) for _ in range(number)]


def seal(body: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), body, "sha256")


def sign(member: bytes, issued_at: int) -> str:
    body = BODY.pack(member, issued_at)
    return base64.urlsafe_b64encode(body + seal(body)).decode()


def beat(request: HttpRequest) -> HttpResponse:
    ((token, ((_number, _start, length, _signs),)),) = json.loads(request.body)["pages"]
    member = _unsealed(token)
    if member is None:
        return HttpResponse(status=409)
    seconds = length // 10
    total = _written(ADD, [member, seconds, datetime.now(UTC)])
    return _told({"counted": seconds, "sitting": total})


def answer(request: HttpRequest, attempt: UUID, number: int) -> HttpResponse:
    sent = json.loads(request.body)
    if _unsealed(sent["token"]) != attempt:
        return HttpResponse(status=409)
    values = [attempt, number, sent["given"], sent["counter"], datetime.now(UTC)]
    return _told({"saved": True, "late": False, "holds": _written(KEEP, values) == sent["counter"]})


def _unsealed(token: str) -> UUID | None:
    raw = base64.urlsafe_b64decode(token)
    if not hmac.compare_digest(raw[BODY.size :], seal(raw[: BODY.size])):
        return None
    identity, _issued_at = BODY.unpack(raw[: BODY.size])
    return UUID(bytes=identity)


def _written(sql: str, values: list[object]) -> int:
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, values, prepare=True)
        (found,) = cursor.fetchone()
    return found


def _told(answer: dict[str, object]) -> HttpResponse:
    told = json.dumps(answer).encode()
    return HttpResponse(told, content_type="application/json", headers={"Content-Length": str(len(told))})
