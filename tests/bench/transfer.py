"""What lessons cost over the wire: bytes as Chromium received them, without pictures and beats."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright

from courses.outline import Module
from do import chromium
from tests.bench.measuring import Ground
from tests.bench.pages import Cookies
from tests.bench.rows import Row

FIRST_KB, SECOND_KB, COURSE_KB = 60, 15, 1000
LESSONS = 20
LEFT_OUT = ("/media/", "/documents/", "/api/")


def measure(ground: Ground, modules: list[Module], cookies: Cookies) -> list[Row]:
    """A lesson for the first and the second time, and a course with fewer data, as if it had 20 lessons."""
    address = f"http://127.0.0.1:{ground.ours.port}"
    urls = longest_course(modules)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        plain = bytes_of(browser, address, [urls[0], urls[0]], cookies)
        spare = bytes_of(browser, address, urls, cookies, less=True)
        browser.close()
    course = sum(spare) * LESSONS / len(urls)
    return [
        _row("lesson without media, first visit: over the wire", plain[0], FIRST_KB),
        _row("lesson without media, second visit: over the wire", plain[1], SECOND_KB),
        _row(f"course of {LESSONS} lessons, fewer data: over the wire", course, COURSE_KB),
    ]


def longest_course(modules: list[Module]) -> list[str]:
    """The addresses of the lessons of the course that has most of them."""
    courses: dict[str, list[str]] = {}
    for module in modules:
        courses.setdefault(module.url.rsplit("/", 2)[0], []).extend(lesson.url for lesson in module.lessons)
    return max(courses.values(), key=len)


def bytes_of(
    browser: Browser, address: str, urls: list[str], cookies: Cookies, *, less: bool = False
) -> list[float]:
    """Bytes of each page, headers and all, one after the other in one browser that keeps what it may."""
    headers = {"Save-Data": "on"} if less else {}
    context = browser.new_context(locale="zh-CN", extra_http_headers=headers)
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    found = [_page(context, address + url) for url in urls]
    context.close()
    return found


def _page(context: BrowserContext, url: str) -> float:
    sizes: list[int] = []

    def note(request: Request) -> None:
        if not any(part in request.url for part in LEFT_OUT):
            told = request.sizes()
            sizes.append(told["responseBodySize"] + told["responseHeadersSize"])

    page = context.new_page()
    page.on("requestfinished", note)
    page.goto(url, wait_until="networkidle")
    page.close()
    return float(sum(sizes))


def _row(work: str, size: float, most: int) -> Row:
    return Row("courses", work, size / 1000, "KB", target=f"≤ {most}", met=size <= most * 1000)
