"""Going through every page that somebody can reach, by the links that are on them."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page, Response

from tests.journeys.conftest import Visitor

NOT_PAGES = re.compile(
    r"/(en/|admin|api/|static/|media/|documents/|static$|sign-out|healthz)|\.(json|pdf|xlsx|svg)$"
)
"""What a walk leaves out: the other language, the editor's pages, the interface, files."""

CONTENT = r"^((?:[\w\-]+/)*)$"
"""The route that first page, courses and modules share: told apart by how deep they lie."""

Check = Callable[[Page], list[str]]


@dataclass
class Walk:
    """What a walk has seen: how many pages of each route, and what was wrong with which."""

    routes: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def through(self, visitor: Visitor, check: Check, starts: Iterable[str]) -> None:
        """Go everywhere from these addresses; what they lead to is looked at once a route."""
        waiting, seen = deque(starts), set[str]()
        begun = set(waiting)
        while waiting:
            path = waiting.popleft()
            if path in seen or NOT_PAGES.search(path) or (path not in begun and self.routes[route_of(path)]):
                continue
            seen.add(path)
            answered = _open(visitor, path)
            if answered is None:
                continue
            there = urlsplit(visitor.page.url).path
            seen.add(there)
            for route in {route_of(path), route_of(there)}:
                self.routes[route] += 1
            found = check(visitor.page) if answered.status == 200 else [f"answered {answered.status}"]
            if found:
                self.faults[there] = found
            waiting += _links(visitor.page)
            waiting += _begun(visitor.page, there)


def route_of(path: str) -> str:
    try:
        route = resolve(path).route
    except Resolver404:
        return ""
    return f"{route} {path.count('/')}" if route == CONTENT else route


def _open(visitor: Visitor, path: str) -> Response | None:
    """The answer when it is a page; files are fetched by the browser and leave the page as it is."""
    try:
        answered = visitor.page.goto(visitor.served.url + path)
    except Error as error:
        if "Download is starting" in str(error) or "ERR_ABORTED" in str(error):
            return None
        raise
    is_page = answered is not None and "text/html" in answered.headers.get("content-type", "")
    return answered if is_page else None


def _links(page: Page) -> list[str]:
    return page.evaluate(
        "[...document.querySelectorAll('a[href]:not([download])')]"
        ".filter(a => a.origin === location.origin).map(a => a.pathname)"
    )


def _begun(page: Page, path: str) -> list[str]:
    """A quiz is begun by a button: the way to its questions."""
    if not path.startswith("/quiz/") or not page.locator("main form button").count():
        return []
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    asked = urlsplit(page.url).path
    return [asked, re.sub(r"\d+/$", "check/", asked)]
