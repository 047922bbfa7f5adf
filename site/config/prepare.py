"""
`python -m config.prepare`: everything between an installed project and one that can be served.

Translations, tables, static files, the demonstration; what is up to date is left alone. The text that greets
the person at the keyboard is left in `var/welcome.txt`.
"""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path

import polib

from config.progress import step

ROOT = Path(__file__).resolve().parents[2]
OLDEST_POSTGRESQL = 15


def compile_messages(folder: Path) -> int:
    """Write a .mo beside each .po below `folder` that is newer than its own; return how many."""
    stale = [path for path in folder.rglob("*.po") if _is_newer(path, path.with_suffix(".mo"))]
    for path in stale:
        draft = path.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(path)).save_as_mofile(str(draft))
        draft.replace(path.with_suffix(".mo"))
    return len(stale)


def _is_newer(path: Path, other: Path) -> bool:
    return not other.exists() or path.stat().st_mtime > other.stat().st_mtime


def check_server() -> None:
    """Stop with a sentence when PostgreSQL cannot be reached or is too old."""
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        sys.exit(
            f"PostgreSQL does not answer: {str(error).strip()}\n"
            "Check DATABASE_URL, or leave it unset for the embedded server."
        )
    if connection.pg_version < OLDEST_POSTGRESQL * 10_000:
        version = connection.pg_version // 10_000
        sys.exit(f"This is PostgreSQL {version}; Xuecheng needs {OLDEST_POSTGRESQL} or newer.")


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with step(f"Making tables ({len(plan)} migrations)"):
            call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    """Run collectstatic when our files or the locked packages have changed since it last ended."""
    from django.conf import settings
    from django.core.management import call_command

    digest = sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "site" / "static").rglob("*")):
        if path.is_file():
            digest.update(str(path).encode() + path.read_bytes())
    stamp = Path(settings.STATIC_ROOT).with_suffix(".sha256")
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    stamp.unlink(missing_ok=True)
    with step("Collecting static files"):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest.hexdigest())


def load_demonstration() -> None:
    """Fill an empty database, wholly or not at all."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import transaction

    if get_user_model().objects.exists():
        return
    with step("Loading the demonstration"), transaction.atomic():
        call_command("demo", verbosity=0)


def welcome(port: str) -> str:
    """The addresses, and the demonstration's accounts."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.utils.translation import override

    site = f"http://127.0.0.1:{port}"
    lines = [f"  中文     {site}/", f"  English  {site}/en/", f"  Editing  {site}/admin/", ""]
    if settings.DEMO:
        people = get_user_model().objects.in_bulk(ACCOUNTS, field_name="number")
        lines.append(f"  Accounts of the demonstration, all with the password {settings.DEMO_PASSWORD}")
        with override("en"):
            for name in filter(people.get, ACCOUNTS):
                lines.append(f"    {name:<11} {ACCOUNTS[name]} ({people[name]})")
        lines += _card_of_the_demonstration(site)
    return "\n".join(lines) + "\n"


def _card_of_the_demonstration(site: str) -> list[str]:
    """How to try signing in with a study card."""
    from people.models import StudyCard
    from reports.demo import study_cards as shown

    card = StudyCard.objects.in_use().filter(number=shown.NUMBER).first()
    if card is None:
        return []
    return [
        f"    study card of {shown.HOLDER}: number {card.number_in_groups}, PIN {shown.PIN}"
        f" (its QR: {site}/card/#{shown.SECRET})"
    ]


ACCOUNTS = {
    "member": "studies and sees the own record",
    "elder": "the same in large type, studies at home",
    "mobile": "works far away: two branches, one record",
    "secretary": "sees the branch",
    "visitor": "brings study to the door",
    "committee": "sees everything below the county committee",
    "observer": "the same, only looking",
    "editor": "writes and publishes lessons",
    "reviewer": "reviews them",
    "sysadmin": "settings",
    "auditor": "audit log",
    "secadmin": "accounts and access",
}


def main() -> None:
    if compile_messages(ROOT / "site"):
        print("  Translations compiled", flush=True)
    import django

    django.setup()
    from django.conf import settings

    check_server()
    migrate()
    collect_static_files()
    if settings.DEMO:
        load_demonstration()
    (settings.VAR / "welcome.txt").write_text(welcome(os.environ.get("PORT") or "8000"), encoding="utf-8")


if __name__ == "__main__":
    main()
