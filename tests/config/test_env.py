"""Settings from the environment: read exactly, refused loudly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

ROOT = Path(__file__).resolve().parents[2]


def test_text_without_a_default_has_to_be_set(monkeypatch) -> None:
    monkeypatch.delenv("A_NAME", raising=False)
    with pytest.raises(ImproperlyConfigured, match="Set the environment variable A_NAME"):
        env.text("A_NAME")
    assert env.text("A_NAME", "else") == "else"
    monkeypatch.setenv("A_NAME", "")
    assert env.text("A_NAME", "else") == ""


@pytest.mark.parametrize(
    ("value", "meaning"), [("true", True), ("false", False), ("True", True), ("FALSE", False)]
)
def test_a_flag_is_true_or_false(monkeypatch, value, meaning) -> None:
    monkeypatch.setenv("A_FLAG", value)

    assert env.flag("A_FLAG", not meaning) is meaning


@pytest.mark.parametrize("value", ["1", "0", "yes", "no", "on", "", " true", "ture"])
def test_any_other_spelling_of_a_flag_is_refused(monkeypatch, value) -> None:
    monkeypatch.setenv("A_FLAG", value)

    with pytest.raises(ImproperlyConfigured, match="A_FLAG must be true or false"):
        env.flag("A_FLAG", True)


def test_a_flag_that_is_not_set_is_its_default(monkeypatch) -> None:
    monkeypatch.delenv("A_FLAG", raising=False)

    assert (env.flag("A_FLAG", True), env.flag("A_FLAG", False)) == (True, False)


@pytest.mark.parametrize("value", ["", "-1", "1.5", "1e3", "ten", " 5", "٣"])
def test_what_is_no_whole_number_is_refused(monkeypatch, value) -> None:
    monkeypatch.setenv("A_NUMBER", value)

    with pytest.raises(ImproperlyConfigured, match="A_NUMBER must be a whole number"):
        env.number("A_NUMBER", 5)


def test_a_number_is_read_or_its_default(monkeypatch) -> None:
    monkeypatch.setenv("A_NUMBER", "0030")
    assert env.number("A_NUMBER", 5) == 30
    monkeypatch.delenv("A_NUMBER")
    assert env.number("A_NUMBER", 5) == 5


@pytest.mark.parametrize(
    ("value", "found"), [("", []), ("a", ["a"]), (" a , b,,c ", ["a", "b", "c"]), (",", [])]
)
def test_names_are_parted_by_commas(monkeypatch, value, found) -> None:
    monkeypatch.setenv("SOME_NAMES", value)

    assert env.names("SOME_NAMES") == found


def test_a_database_address_is_taken_apart() -> None:
    found = env.database("postgresql://li%40hui:p%2Fw@db.example:5433/xue%20cheng?sslmode=require")

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "li@hui",
        "p/w",
        "db.example",
        "5433",
        "xue cheng",
    )
    assert found["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "mysql://a@b/c", "", "xuecheng"])
def test_any_other_engine_is_refused(url) -> None:
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL is the only engine"):
        env.database(url)


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path) -> None:
    path = tmp_path / "var" / "secret-key"
    secret = env.kept_secret(path)

    assert len(secret) == 64
    assert env.kept_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("surroundings", "complaint"),
    [
        ({}, "Set the environment variable SECRET_KEY"),
        ({"SECRET_KEY": "x" * 50, "DEMO": "true"}, "DEMO must not be set in production"),
        ({"SECRET_KEY": "x" * 50, "DATABASE_URL": "sqlite:///x"}, "PostgreSQL is the only engine"),
        ({"SECRET_KEY": "x" * 50, "IDLE_MINUTES_OFFICE": "half an hour"}, "must be a whole number"),
    ],
)
def test_production_refuses_to_start_wrongly_set(surroundings, complaint) -> None:
    assert complaint in start("config.settings.production", surroundings).stderr


def test_production_starts_when_everything_is_given() -> None:
    result = start("config.settings.production", {"SECRET_KEY": "x" * 50})

    assert (result.returncode, result.stdout.strip()) == (0, "False True True")


def start(module: str, surroundings: dict[str, str]) -> subprocess.CompletedProcess:
    """Read the settings in a process of their own, with these variables and no others."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "site"), "DJANGO_SETTINGS_MODULE": module}
    given |= {"DATABASE_URL": "postgresql://xuecheng@127.0.0.1:5432/xuecheng"} | surroundings
    code = (
        "from django.conf import settings as s; print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    return subprocess.run(
        [sys.executable, "-c", code], env=given, cwd=ROOT, capture_output=True, text=True, check=False
    )
