"""`manage.py verify_audit`: is the audit what it was when it was sealed? Exit 1 when it is not."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand
from django.utils.timezone import now

from people.audit_verifying import note_verification, verify


class Command(BaseCommand):
    help = "Computes all seals of the audit again and names every row and seal that is not as it was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--quietly", action="store_true", help="Add nothing to the audit about this verification."
        )

    def handle(self, *args: Any, quietly: bool = False, **options: Any) -> None:
        found = verify()
        if not quietly:
            note_verification(found, at=now())
        for finding in found.findings:
            self.stderr.write(str(finding))
        dropped = ", ".join(str(month) for month in found.dropped) or "none"
        self.stdout.write(
            f"{found.seals:,} seals over {found.sealed:,} entries; months dropped by rule: {dropped}"
        )
        self.stdout.write(f"{found.unsealed:,} entries wait for their seal")
        if found.last:
            self.stdout.write(f"Last seal: {found.last.number} {found.last.digest}")
        if found.findings:
            self.stderr.write(f"NOT AS SEALED: {len(found.findings):,} findings")
            sys.exit(1)
        self.stdout.write("The audit is as it was sealed.")
