"""The device somebody signs in on: remembered in a signed cookie, told in plain words."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from people.account_records import OpenSession
from people.models import Member

DEVICE = "device"
"""Signed cookie: who has signed in on this device, by opaque keys, the last one first."""

REMEMBERED = 5
"""So many members of one device: a computer in the branch's room has several."""

YEAR = 365 * 24 * 3600

_SEAL = Signer(salt="people.device")


@dataclass(frozen=True)
class Device:
    """A device by its random name, and the members who have signed in on it."""

    name: str = ""
    members: tuple[str, ...] = ()

    def knows(self, member: Member) -> bool:
        return str(member.key) in self.members

    def only_member(self) -> UUID | None:
        """The one member whose device this seems to be."""
        return UUID(self.members[0]) if len(self.members) == 1 else None


def device_of(request: HttpRequest) -> Device:
    """Read the cookie; one that was altered is none."""
    try:
        name, members = _SEAL.unsign_object(request.COOKIES.get(DEVICE, ""))
    except (BadSignature, ValueError):
        return Device()
    return Device(name, tuple(members))


def remember_device(response: HttpResponse, device: Device, member: Member) -> None:
    """Note on the device that this member has signed in on it."""
    others = [key for key in device.members if key != str(member.key)]
    note = [device.name or secrets.token_urlsafe(12), [str(member.key), *others][:REMEMBERED]]
    response.set_cookie(
        DEVICE,
        _SEAL.sign_object(note),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


SYSTEMS = {
    "iPhone": OpenSession.System.IPHONE,
    "iPad": OpenSession.System.IPAD,
    "HarmonyOS|OpenHarmony": OpenSession.System.HARMONY,
    "Android": OpenSession.System.ANDROID,
    "Windows": OpenSession.System.WINDOWS,
    "Macintosh": OpenSession.System.MAC,
    "Linux|X11": OpenSession.System.LINUX,
}
PROGRAMMES = {
    "MicroMessenger": OpenSession.Programme.WECHAT,
    "DingTalk": OpenSession.Programme.DINGTALK,
    "HuaweiBrowser|ArkWeb": OpenSession.Programme.HUAWEI,
    "QQBrowser|QQ/": OpenSession.Programme.QQ,
    "UCBrowser|UCWEB": OpenSession.Programme.UC,
    "Edg": OpenSession.Programme.EDGE,
    "Firefox|FxiOS": OpenSession.Programme.FIREFOX,
    "Chrome|CriOS": OpenSession.Programme.CHROME,
    "Safari": OpenSession.Programme.SAFARI,
}


def system_of(agent: str) -> OpenSession.System:
    """What kind of device a browser says it runs on."""
    return next(
        (found for words, found in SYSTEMS.items() if re.search(words, agent)), OpenSession.System.OTHER
    )


def programme_of(agent: str) -> OpenSession.Programme:
    """Which browser it says it is; the special ones name the common ones too, so they come first."""
    return next(
        (found for words, found in PROGRAMMES.items() if re.search(words, agent)), OpenSession.Programme.OTHER
    )
