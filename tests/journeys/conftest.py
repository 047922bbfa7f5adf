"""The thing itself, as a newcomer has it: a fresh database with the demonstration, and the real server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "xuecheng-demo-2026"
PHONE = {"width": 360, "height": 740}


@dataclass(frozen=True)
class Served:
    """Where the demonstration is served, its database, and its folder."""

    url: str
    database: str = field(repr=False)
    var: Path

    def rows(self, sql: str, *values: object) -> list[tuple]:
        """Look into the database, as a sceptic would."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(sql, values or None).fetchall()


@dataclass(frozen=True)
class Prepared:
    """A database with tables and nobody in it, for copies: making the tables twice would take long."""

    name: str
    environment: dict[str, str] = field(repr=False)

    @contextmanager
    def copy(self, name: str) -> Iterator[str]:
        """A database of one's own, by its address; it is gone afterwards."""
        with made_database(name, like=self.name) as address:
            yield address


@contextmanager
def made_database(name: str, *, like: str) -> Iterator[str]:
    base = os.environ["DATABASE_URL"]
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} template {like} encoding 'UTF8'")
    try:
        yield re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", base)
    finally:
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def prepared(tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """What is prepared without the demonstration: tables and static files."""
    var = tmp_path_factory.mktemp("var")
    name = f"prepared_{os.getpid()}"
    with made_database(name, like=tables) as database:
        environment = {
            **os.environ,
            "DATABASE_URL": database,
            "VAR_DIR": str(var),
            "MEDIA_DIR": str(var / "media"),
            "DEMO": "false",
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
        }
        subprocess.run([sys.executable, "-m", "config.prepare"], cwd=ROOT, env=environment, check=True)
        yield Prepared(name, environment)


@contextmanager
def serving(environment: dict[str, str], *, threads: int = 4) -> Iterator[str]:
    """The real server, by its address."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--blocking-threads", str(threads), "--log-level", "warning",
         "config.wsgi:application"],
        cwd=ROOT,
        env=environment,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def served(prepared: Prepared) -> Iterator[Served]:
    """Prepare and serve the demonstration in a database of its own."""
    with prepared.copy(f"journey_{os.getpid()}") as database:
        environment = {**prepared.environment, "DATABASE_URL": database, "DEMO": "true"}
        subprocess.run([sys.executable, "-m", "config.prepare"], cwd=ROOT, env=environment, check=True)
        with serving(environment) as url:
            yield Served(url, database, Path(environment["VAR_DIR"]))


def surroundings(served: Served) -> dict[str, str]:
    """What another process of the same installation finds around it."""
    return {
        **os.environ,
        "DATABASE_URL": served.database,
        "VAR_DIR": str(served.var),
        "MEDIA_DIR": str(served.var / "media"),
        "DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "PYTHONPATH": f"{ROOT / 'site'}{os.pathsep}{ROOT}",
    }


@pytest.fixture
def worker(served: Served) -> Iterator[None]:
    """Somebody who does the long work, as `make run` starts them."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "db_worker", "--no-startup-delay", "--queue-name", "long"],
        cwd=ROOT,
        env=surroundings(served),
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(15)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:  # refused, or too slow to answer yet
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    served: Served
    context: BrowserContext
    page: Page

    def open(self, path: str) -> int:
        """Go to an address of the site; return the status."""
        response = self.page.goto(self.served.url + path)
        assert response is not None
        return response.status

    def sign_in(self, number: str, then: str = "/") -> None:
        self.open(f"/sign-in/?next={then}")
        self.page.fill("input[name=username]", number)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("form:has(input[name=password]) button")
        self.page.wait_for_url(f"{self.served.url}{then}")


@pytest.fixture
def somebody(served: Served, browser: Browser) -> Iterator:
    """Makes visitors: `somebody(look="large", viewport=…)`."""
    contexts = []

    def arrive(*, look: str = "", viewport: dict | None = None) -> Visitor:
        context = browser.new_context(viewport=viewport or PHONE, locale="zh-CN")
        context.set_default_timeout(20_000)
        if look:
            context.add_cookies([{"name": "look", "value": look, "url": served.url}])
        contexts.append(context)
        return Visitor(served, context, context.new_page())

    yield arrive
    for context in contexts:
        context.close()


QUICK = {"resultTypes": ["violations"], "preload": False, "selectors": False}
"""What axe-core need not do for us: describe what passed, fetch style sheets again."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page, *, target: int = 24) -> list[str]:
    """What axe-core finds on the page, asking for targets of `target` pixels and a contrast of 7 to 1."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    page.evaluate(
        "size => axe.configure({checks: ["
        " {id: 'target-size', options: {minSize: size}},"
        " {id: 'target-offset', options: {minOffset: size}}]})",
        target,
    )
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "rules": {
            "target-size": {"enabled": True},
            "color-contrast-enhanced": {"enabled": True},
            "color-contrast": {"enabled": False},  # the enhanced one asks for more
        },
        **QUICK,
    }
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]
