"""Which images and documents an edition shows: written when it is frozen, asked by the gate of the files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

if TYPE_CHECKING:
    from courses.models import LessonEdition, LessonPage


class EditionFile(models.Model):
    """A file that an edition shows. Rows are only added: what an edition says of itself never changes."""

    edition = models.ForeignKey("courses.LessonEdition", models.CASCADE, related_name="files")
    image = models.ForeignKey(
        "wagtailimages.Image", models.CASCADE, null=True, blank=True, related_name="shown_in"
    )
    document = models.ForeignKey(
        "courses.PrivateDocument", models.CASCADE, null=True, blank=True, related_name="shown_in"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("file of an edition")
        verbose_name_plural = _("files of editions")
        constraints = [
            models.CheckConstraint(
                condition=Q(image__isnull=False, document__isnull=True)
                | Q(image__isnull=True, document__isnull=False),
                name="a_file_of_an_edition_is_an_image_or_a_document",
            ),
            models.UniqueConstraint(fields=["edition", "image"], name="an_edition_names_an_image_once"),
            models.UniqueConstraint(fields=["edition", "document"], name="an_edition_names_a_document_once"),
        ]

    def __str__(self) -> str:
        return str(self.image or self.document)


def keep_files(edition: LessonEdition, page: LessonPage) -> None:
    """Write down what the edition shows, in the transaction that freezes it. Again changes nothing."""
    rows = [EditionFile(edition=edition, **{kind: pk}) for kind, pk in _shown(page)]
    EditionFile.objects.bulk_create(rows, ignore_conflicts=True)


def refuse_while_shown(sender: type, instance: models.Model, **kwargs: object) -> None:
    """
    Hear that an image or a document is about to be deleted.

    :raises PermissionDenied: when a published lesson shows it; then nothing is deleted.
    """
    if is_shown(instance):
        raise PermissionDenied


def is_shown(file: models.Model) -> bool:
    """True when the live edition of a lesson shows this image or document."""
    kind = "image" if isinstance(file, get_image_model()) else "document"
    return EditionFile.objects.filter(**{kind: file.pk}, edition__is_live=True).exists()


def connect() -> None:
    """Called once when the project starts."""
    for model in (get_image_model(), get_document_model()):
        pre_delete.connect(refuse_while_shown, sender=model, dispatch_uid=f"courses.shown.{model.__name__}")


def _shown(page: LessonPage) -> Iterator[tuple[str, int]]:
    """Images and documents of every block, links within texts too: as Wagtail reads references."""
    kinds = {get_image_model(): "image_id", get_document_model(): "document_id"}
    found = {
        (kinds[model], int(pk))
        for model, pk, _model_path, _content_path in page.body.stream_block.extract_references(page.body)
        if model in kinds
    }
    present = {
        (name, pk)
        for model, name in kinds.items()
        for pk in model.objects.filter(pk__in=[pk for kind, pk in found if kind == name]).values_list(
            "pk", flat=True
        )
    }
    yield from sorted(present)
