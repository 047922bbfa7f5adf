"""From the old address of a page to its new one."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.http import HttpRequest, HttpResponse
from wagtail.contrib.redirects.middleware import RedirectMiddleware


class FromOldAddresses(RedirectMiddleware):
    """
    Wagtail's, which notes the old address of what moves, and leads to wherever the page is now.

    A page that moved away and came back is at the address that once led to it; while it is withdrawn, that
    address would lead to itself without end.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        led = super().process_response(request, response)
        if led is not response and unquote(urlsplit(led.get("Location", "")).path) == request.path:
            return response
        return led
