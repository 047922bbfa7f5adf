"""An archive into a course of drafts."""

from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from courses.archive.importing import import_course
from courses.archive.reading import ArchiveRefused


class Command(BaseCommand):
    help = "Reads the archive of a course into drafts. Again changes nothing; an editor's change is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open("rb") as source:
                report = import_course(File(source, name=options["file"].name), by=None, at=now())
        except OSError as error:
            raise CommandError(str(error)) from error
        except ArchiveRefused as error:
            raise CommandError(f"{error.words}") from error
        self.stdout.write(
            f"{report.made} pages made, {report.updated} brought up to date, {report.unchanged} unchanged."
        )
        for name in report.kept:
            self.stdout.write(f"Left as the editors have it: {name}")
        for name in report.differs:
            self.stdout.write(f"Already here with other words: {name}")
