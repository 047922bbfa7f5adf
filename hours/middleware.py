"""The short way of a beat: many requests, and none of them needs a session, a language or a form."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from hours.api import answer_beats

ADDRESS = "/api/v1/study/beats"


class BeatsFirst:
    """Answers what lesson pages report; everything else goes on. To stand first in the list."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == ADDRESS and request.method == "POST":
            return answer_beats(request)
        return self.get_response(request)
