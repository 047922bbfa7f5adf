"""What is typed into a search for people: it goes by POST, and stands sealed in the address that follows."""

from __future__ import annotations

from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import urlencode

from people.admin.access import View
from people.ciphers import Unreadable, decrypted, encrypted

SEALED = "s"
SEARCH = "search"
"""Name of the field by which a search is told from other forms of the page."""


def sealed_search(view: View) -> View:
    """Answer a search by going to an address that no log, proxy or history can read a name from."""

    @wraps(view)
    def sealing(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST" or SEARCH not in request.POST:
            return view(request, *args, **kwargs)
        typed = request.POST.copy()
        for name in (SEARCH, "csrfmiddlewaretoken"):
            typed.pop(name, None)
        return HttpResponseRedirect(f"{request.path}?{urlencode({SEALED: encrypted(typed.urlencode())})}")

    return sealing


def asked(request: HttpRequest) -> QueryDict:
    """Return what is searched for, sealed in the address or plain. Nothing when it is damaged."""
    if SEALED not in request.GET:
        return request.GET
    try:
        return QueryDict(decrypted(request.GET[SEALED]))
    except (Unreadable, UnicodeError):
        return QueryDict()
