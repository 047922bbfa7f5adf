"""Every published lesson frozen anew, as its templates now are."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from courses.models import LessonEdition, LessonPage
from courses.publishing import freeze_edition


class Command(BaseCommand):
    help = (
        "Freezes every published lesson anew. Needed once after an update that changed how blocks look; a"
        " lesson that comes out the same keeps its edition, and what members did goes by the lesson."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        before, at = LessonEdition.objects.count(), now()
        pages = LessonPage.objects.live().select_related("locale")
        for page in pages:
            freeze_edition(page, at=at)
        changed = LessonEdition.objects.count() - before
        self.stdout.write(f"{len(pages)} lessons looked at, {changed} came out otherwise than before.")
