"""What every test may borrow: here, the browser. PostgreSQL is started by tests/plugin.py."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

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
def tables(request: pytest.FixtureRequest, django_db_setup: None) -> str:
    """The name of a database with tables and nobody in it, for copies: making them takes longest of all."""
    if request.config.getvalue("reuse_db"):
        return "template0"  # who knows what tests of before have left in the tables
    return as_made(connections["default"].settings_dict["NAME"])


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """The tables of the tests; with a copy of them as they were made, before any test empties them."""
    if request.config.getvalue("reuse_db"):
        return
    with django_db_blocker.unblock():
        name = connections["default"].settings_dict["NAME"]
        connections.close_all()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"drop database if exists {as_made(name)} with (force)")
        connection.execute(f"create database {as_made(name)} template {name}")


def as_made(name: str) -> str:
    return f"{name}_as_made"


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
