"""What pages may load, and from where."""

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER, SELF
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse


@cache
def policy(kind: str) -> str:
    """The header's words for a kind of page, built once: at each answer it would cost a tenth of a beat."""
    differences = {
        "member": {},
        "admin": settings.ADMIN_CONTENT_SECURITY_POLICY,
        "preview": {"frame-ancestors": [SELF]},
        "upload": settings.UPLOADS_CONTENT_SECURITY_POLICY,
    }
    return build_policy(replace=differences[kind])


def kind_of(request: HttpRequest) -> str:
    if request.path.startswith("/admin/"):
        return "admin"
    if getattr(request, "is_preview", False):
        # Wagtail renders a preview as a request of its own, shown in a frame of the editor's page.
        return "preview"
    return "upload" if request.path.startswith(("/media/", "/documents/")) else "member"


class ContentSecurityPolicy:
    """
    The strict policy everywhere; the editor's pages below /admin/ need Wagtail's inline scripts.

    What was uploaded is shown by our pages and may do nothing by itself, whatever an SVG brings along.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, policy(kind_of(request)))
        return response
