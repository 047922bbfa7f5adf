"""
The first page on a slow telephone: Chromium with a sixth of the processor, 400 kbit/s, 400 ms, empty cache.

Readable is the largest contentful paint, counted from the moment the address was asked for: then
everything that holds up the page has come.
"""

from __future__ import annotations

from statistics import median

from playwright.sync_api import Browser, sync_playwright

from do import chromium
from tests.bench.measuring import Ground
from tests.bench.pages import Cookies
from tests.bench.rows import Row

SLOWER = 6
NETWORK = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s are 50,000 bytes a second."""

MOST_SECONDS = 3.0
VISITS = 5
PHONE = {"width": 360, "height": 740}

PAINTS = """
    () => new Promise(resolve => {
        new PerformanceObserver(list => {
            const largest = list.getEntries().at(-1).startTime;
            const first = performance.getEntriesByName("first-contentful-paint")[0].startTime;
            const fetched = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind));
            const bytes = fetched.reduce((sum, each) => sum + each.transferSize, 0);
            resolve([first, largest, bytes]);
        }).observe({ type: "largest-contentful-paint", buffered: true });
    })
"""


def measure(ground: Ground, cookies: Cookies) -> list[Row]:
    """The welcome page, and the first page of a member in elder mode."""
    pages = {
        "first page for a newcomer": {},
        "first page in elder mode": {**cookies, "look": "large.28"},
    }
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, sent in pages.items():
            visits = [_visit(browser, f"http://127.0.0.1:{ground.ours.port}/", sent) for _ in range(VISITS)]
            first, largest, size = (median(figures) for figures in zip(*visits, strict=True))
            rows += [
                Row("outreach", f"{name}, slow telephone: first words", first / 1000, "s"),
                Row(
                    "outreach",
                    f"{name}, slow telephone: readable",
                    largest / 1000,
                    "s",
                    target=f"≤ {MOST_SECONDS:g}",
                    met=largest / 1000 <= MOST_SECONDS,
                ),
                Row("outreach", f"{name}: over the wire", size / 1000, "KB"),
            ]
        browser.close()
    return rows


def _visit(browser: Browser, address: str, cookies: Cookies) -> tuple[float, float, float]:
    """Milliseconds to the first and the largest paint, and the bytes; each visit in a new browser profile."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    device.send("Network.enable")
    device.send("Network.emulateNetworkConditions", NETWORK)
    page.goto(address, wait_until="load")
    first, largest, size = page.evaluate(PAINTS)
    context.close()
    return first, largest, size
