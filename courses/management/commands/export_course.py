"""A course into an archive."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from courses.archive.exporting import export_course
from courses.models import CoursePage

CODES = [code for code, _name in settings.LANGUAGES]


class Command(BaseCommand):
    help = "Writes a course, all its languages unless told otherwise, into one archive (JSON and media)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the course's part of the address, in any language")
        parser.add_argument("file", type=Path)
        parser.add_argument("--language", action="append", choices=CODES, help="may be given twice")

    def handle(self, *args: Any, **options: Any) -> None:
        course = CoursePage.objects.filter(slug=options["slug"]).order_by("pk").first()
        if course is None:
            raise CommandError(f"There is no course {options['slug']}.")
        draft = options["file"].with_suffix(".part")
        with draft.open("w+b") as target:
            pages = export_course(course, target, languages=options["language"] or CODES, by=None, at=now())
        draft.replace(options["file"])
        self.stdout.write(f"{pages} pages written to {options['file']}.")
