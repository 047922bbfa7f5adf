"""`manage.py write_inventory`: print what is kept of people into docs/data-protection.md."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand

from people.holdings import with_table


class Command(BaseCommand):
    help = "Writes the inventory of personal data into docs/data-protection.md."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.ROOT / "docs" / "data-protection.md"
        document = path.read_text("utf-8") if path.exists() else "# Data protection\n"
        path.write_text(with_table(document), "utf-8")
        self.stdout.write(f"Written: {path.relative_to(settings.ROOT)}")
