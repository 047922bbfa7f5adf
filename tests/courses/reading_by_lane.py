"""A reader whose lesson pages come by the lane, and the same page by the ordinary path."""

from __future__ import annotations

import re

from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from people.models import Member

ADDRESS = "/mass-line/one/first/"

_OWN = re.compile(rb'(data-token|name="csrfmiddlewaretoken" value)="([^"]+)"')


class LaneReader:
    """A browser in which somebody is signed in with a password."""

    def __init__(self, member: Member) -> None:
        self.client = Client()
        self.client.force_login(member, backend="people.signing_in.NumberOrPhone")
        self.statements = 0

    def get(self, address: str = ADDRESS, **headers: str) -> HttpResponse:
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(address, **headers)
        self.statements = len(captured)
        return response

    def warm(self, address: str = ADDRESS) -> LaneReader:
        """By the ordinary path, which leaves the cookies; then the page is made and kept."""
        self.get(address)
        self.get(address)
        return self

    def by_lane(self, address: str = ADDRESS, *, at_most: int = 1) -> bytes:
        """The page by the lane, in so many statements; anything else fails."""
        response = self.get(address)
        assert response.status_code == 200
        assert self.statements <= at_most, f"{self.statements} statements"
        return response.content

    def ordinary(self, address: str = ADDRESS, **headers: str) -> HttpResponse:
        with override_settings(LANE=False):
            return self.get(address, **headers)

    def not_by_lane(self, address: str = ADDRESS) -> HttpResponse:
        """The lane leaves it to the ordinary path."""
        response = self.get(address)
        assert self.statements > 3, "the lane has answered"
        return response


def but_own(page: bytes) -> bytes:
    """A page without the token and the forms' secret, which are others each time."""
    return _OWN.sub(rb'\1=""', page)


def shown_seconds(page: bytes) -> int:
    found = re.search(rb'data-counted-seconds="([0-9-]+)"', page)
    assert found
    return int(found[1])
