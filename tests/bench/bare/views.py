"""The least that a beat can cost: read the body, check the seal, add to one row by one statement."""

import base64
import hmac
import json
import struct
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

BODY = struct.Struct(">16sQ")
"""Who, and since when the page is open."""

ADD = (
    "insert into bare_barecount (member, seconds, last_at) values (%s, %s, %s) on conflict (member) do update"
    " set seconds = bare_barecount.seconds + excluded.seconds, last_at = excluded.last_at returning seconds"
)


def seal(body: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), body, "sha256")


def sign(member: UUID, issued_at: int) -> str:
    body = BODY.pack(member.bytes, issued_at)
    return base64.urlsafe_b64encode(body + seal(body)).decode()


@csrf_exempt
def beat(request: HttpRequest) -> HttpResponse:
    data = json.loads(request.body)
    raw = base64.urlsafe_b64decode(data["token"])
    if not hmac.compare_digest(raw[BODY.size :], seal(raw[: BODY.size])):
        return HttpResponse(status=409)
    member, _issued_at = BODY.unpack(raw[: BODY.size])
    seconds = (data["signs"][-1][0] - data["signs"][0][0]) // 1000
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(ADD, [UUID(bytes=member), seconds, datetime.now(UTC)], prepare=True)
        (total,) = cursor.fetchone()
    return HttpResponse(json.dumps({"counted": seconds, "sitting": total}), content_type="application/json")
