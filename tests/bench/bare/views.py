"""
The least that a beat can cost: read the body, check the seal, add to one row by one prepared statement.

It has a server of its own, without our middleware.
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
    raw = base64.urlsafe_b64decode(token)
    if not hmac.compare_digest(raw[BODY.size :], seal(raw[: BODY.size])):
        return HttpResponse(status=409)
    member, _issued_at = BODY.unpack(raw[: BODY.size])
    seconds = length // 10
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(ADD, [UUID(bytes=member), seconds, datetime.now(UTC)], prepare=True)
        (total,) = cursor.fetchone()
    told = json.dumps({"counted": seconds, "sitting": total}).encode()
    return HttpResponse(told, content_type="application/json", headers={"Content-Length": str(len(told))})
