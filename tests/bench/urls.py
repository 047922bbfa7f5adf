"""The site's addresses, and one at which nothing is done: what is left is what the middleware costs."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config import urls


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("empty", content_type="text/plain")


urlpatterns = [path("bench/empty", empty), *urls.urlpatterns]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler500 = urls.handler500
