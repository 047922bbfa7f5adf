"""Load our own courses into the page tree."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from courses.content_loading import load_content


class Command(BaseCommand):
    help = "Loads the courses below courses/content/. Again changes nothing; an editor's change is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        report = load_content(at=now())
        if not options["verbosity"]:
            return
        self.stdout.write(
            f"{report.made} pages made, {report.updated} brought up to date, {report.unchanged} unchanged."
        )
        sources = report.sources
        self.stdout.write(
            f"{sources.made} works and passages made, {sources.updated} brought up to date, "
            f"{sources.unchanged} unchanged."
        )
        for name in sources.kept + report.kept:
            self.stdout.write(f"Left as the editors have it: {name}")
