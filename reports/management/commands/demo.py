"""`manage.py demo`: the demonstration organisation, for trying and showing."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import override

from people.models import Member
from reports.demo.organisation import make_demonstration
from reports.demo.roster import ACCOUNTS


class Command(BaseCommand):
    help = "Loads the courses and makes the demonstration organisation in an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at",
            type=datetime.fromisoformat,
            help="The moment with time zone at which the year ends (now).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration: DEMO is off, so nothing was made.")
        if Member.objects.exists():
            raise CommandError("There are members already, so nothing was made.")
        with transaction.atomic():
            call_command("load_content", verbosity=options["verbosity"], stdout=self.stdout)
            made = make_demonstration(at=options["at"] or now(), password=settings.DEMO_PASSWORD)
        if options["verbosity"]:
            self.stdout.write(
                f"{made.members} members, {made.records} study records,"
                f" {made.intervals} counted intervals, {made.attempts} attempts.\n\n"
                f"Accounts, all with the password {settings.DEMO_PASSWORD}:"
            )
            members = Member.objects.in_bulk(ACCOUNTS, field_name="number")
            with override("en"):
                for number in ACCOUNTS:
                    self.stdout.write(f"  {number:<10} {members[number]}")
