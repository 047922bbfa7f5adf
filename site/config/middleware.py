"""What pages may load, and from where."""

from csp.constants import SELF
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ContentSecurityPolicy(CSPMiddleware):
    """
    The strict policy everywhere; the editor's pages below /admin/ need Wagtail's inline scripts.

    What was uploaded is shown by our pages and may do nothing by itself, whatever an SVG brings along.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.path.startswith("/admin/"):
            response._csp_replace = settings.ADMIN_CONTENT_SECURITY_POLICY
        elif getattr(request, "is_preview", False):
            # Wagtail renders a preview as a request of its own, shown in a frame of the editor's page.
            response._csp_replace = {"frame-ancestors": [SELF]}
        elif request.path.startswith(("/media/", "/documents/")):
            response._csp_replace = settings.UPLOADS_CONTENT_SECURITY_POLICY
        return super().process_response(request, response)
