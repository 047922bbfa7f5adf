"""Every address. Chinese has no prefix, English begins with /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access

from config.api import api
from courses import media_views
from people.editor_account import EditorAccount


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the server and its database do."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("admin/login/", RedirectView.as_view(pattern_name="people:sign_in", query_string=True)),
    path("_util/login/", RedirectView.as_view(pattern_name="people:sign_in", query_string=True)),
    path("admin/account/", require_admin_access(EditorAccount.as_view())),
    path("admin/", include(wagtailadmin_urls)),
    re_path(r"^documents/(\d+)/(.*)$", media_views.document, name="wagtaildocs_serve"),
    re_path(r"^media/(?P<path>images/.*|original_images/.*)$", media_views.image, name="image"),
    *i18n_patterns(
        path("", include("people.urls")),
        path("", include("quizzes.urls")),
        path("", include("hours.urls")),
        path("", include("programmes.urls")),
        path("", include("meetings.urls")),
        path("", include("outreach.urls")),
        path("", include("reports.urls")),
        path("", include("courses.urls")),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
