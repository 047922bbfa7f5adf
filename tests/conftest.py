"""What every test may borrow: here, the browser. PostgreSQL is started by tests/plugin.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright

from do import BROWSER_HINT, chromium

pytest_plugins = ["tests.cast"]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def every_test_begins_in_chinese() -> None:
    """A request leaves its language behind it; the next test must not read it."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium itself; a journey opens its own pages: `browser.new_page(locale=…, viewport=…)`."""
    path = chromium()
    if path is None:
        pytest.fail(BROWSER_HINT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
