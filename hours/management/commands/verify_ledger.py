"""`manage.py verify_ledger`: do intervals and totals agree with the records? Exit 1 when they do not."""

import sys
from typing import Any

from django.core.management import BaseCommand
from django.utils.timezone import now

from hours.verifying import verify_ledger


class Command(BaseCommand):
    help = "Builds intervals and totals again from the study records and names every row that differs."

    def handle(self, *args: Any, **options: Any) -> None:
        terminal = self.stderr.isatty()
        found = verify_ledger(at=now(), progress=self.show_progress if terminal else None)
        if terminal:
            self.stderr.write("\r" + " " * 40 + "\r", ending="")
        for finding in found.findings:
            self.stderr.write(finding)
        self.stdout.write(
            f"{found.records:,} records, {found.intervals:,} intervals, {found.seconds:,} counted seconds,"
            f" {found.clocks:,} clocks"
        )
        if found.differences:
            more = found.differences - len(found.findings)
            self.stderr.write(
                f"NOT AS RECORDED: {found.differences:,} findings" + (f", {more:,} not named" if more else "")
            )
            sys.exit(1)
        self.stdout.write("The ledger is what its records say.")

    def show_progress(self, what: str, done: int, of: int) -> None:
        self.stderr.write(f"\r{what} {done * 100 // of} %".ljust(40), ending="")
        self.stderr.flush()
