"""`manage.py scale`: a synthetic organisation of a given size, for measurement."""

from argparse import ArgumentParser
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.timezone import now

from reports.scale import AlreadyThere, NoRoom, Size, grow


class Command(BaseCommand):
    help = "Adds a synthetic organisation beside what is there. Each seed makes another one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, required=True)
        parser.add_argument("--branches", type=int, required=True)
        parser.add_argument("--records-per-member", type=int, default=40)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--counties", type=int, default=1, help="Below one city committee, when more than one."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demonstration: DEMO is off, so nothing was made.")
        size = Size(
            options["members"],
            options["branches"],
            options["records_per_member"],
            options["seed"],
            options["counties"],
        )
        if size.branches < 1 or size.records < 0 or size.seed < 0 or size.members <= size.branches:
            raise CommandError("Give more members than branches, and at least one branch.")
        if not 1 <= size.counties <= size.branches or size.members <= size.branches + size.counties:
            raise CommandError("Give at least one county, and more branches than counties.")
        begun = perf_counter()
        try:
            grown = grow(size, at=now(), password=settings.DEMO_PASSWORD)
        except AlreadyThere:
            raise CommandError(f"The organisation of seed {size.seed} is there: choose another.") from None
        except NoRoom:
            raise CommandError("The year is too young for so many records a member: ask for fewer.") from None
        if options["verbosity"]:
            for what, rows in grown.rows.items():
                self.stdout.write(f"{rows:>12,} {what}")
            self.stdout.write(f"{perf_counter() - begun:>12.1f} seconds\n\n")
            self.stdout.write(f"A secretary: {grown.secretary}. A member: {grown.member}.")
            if grown.county_secretary:
                self.stdout.write(f"The secretary of the first county: {grown.county_secretary}.")
            self.stdout.write(f"Their password: {settings.DEMO_PASSWORD}")
