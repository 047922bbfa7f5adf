"""Replay learner traces through the browser's clock and the server's, and compare with the truth."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from hours.models import StudyClock
from hours.replay.browser import Browser, BrowserFailed
from hours.replay.replaying import replay
from hours.replay.traces import BrokenTrace, read_trace

WRONG, BROKEN = 1, 2


class Command(BaseCommand):
    help = (
        "Replays learner traces (see docs/traces.md) and prints one line of JSON for each. Ends with 1 when"
        " what was counted is not within 10 % or 45 s of the truth, with 2 when a file is broken."
        " Nothing is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        code = 0
        if StudyClock._meta.db_table not in connection.introspection.table_names():
            self.stderr.write("The database is empty: its tables are made first.")
            call_command("migrate", verbosity=0)
        with Browser() as browser:
            for file in files:
                code = max(code, self._replay(file, browser))
        if code:
            sys.exit(code)

    def _replay(self, file: Path, browser: Browser) -> int:
        try:
            outcome = replay(read_trace(file), browser)
        except BrokenTrace as error:
            self.stderr.write(str(error))
            return BROKEN
        except BrowserFailed as error:
            self.stderr.write(f"{file}: the page's clock failed: {error}")
            return BROKEN
        self.stdout.write(json.dumps(outcome.as_told(), ensure_ascii=False))
        self.stdout.flush()
        return 0 if outcome.is_right else WRONG
