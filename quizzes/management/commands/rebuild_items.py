"""Make the rows that the statistics of questions count, from marks and answers."""

from typing import Any

from django.core.management.base import BaseCommand

from quizzes.items import rebuild_items


class Command(BaseCommand):
    help = (
        "Writes what each question of each attempt came to. Handing in and marking do so themselves; this is"
        " for attempts from before there were such rows."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        number = rebuild_items()
        if options["verbosity"]:
            self.stdout.write(f"{number} attempts.")
