"""Where a request really comes from, when a proxy stands before the server."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """
    Take the address from X-Forwarded-For, as the outermost of our own proxies saw it.

    Whatever stands further left was written by the client and is not believed. Without this everybody would
    seem to come from the proxy, and one person's failed sign-ins would count for all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.PROXIES:
            seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if any(seen) and len(seen) >= settings.PROXIES:
                request.META["REMOTE_ADDR"] = seen[-settings.PROXIES].strip()
        return self.get_response(request)
