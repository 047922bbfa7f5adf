"""Complete the search index, or make it anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses.search_index import index_everything, index_missing


class Command(BaseCommand):
    help = (
        "Writes the search entries that are missing. Publishing does so itself; this is for after a restore."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="make every entry anew")

    def handle(self, *args: Any, **options: Any) -> None:
        number = index_everything() if options["all"] else index_missing()
        if options["verbosity"]:
            self.stdout.write(f"{number} lessons indexed.")
