"""The forms in which editors send pictures and documents: what is refused is never stored."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from intake.uploads import UploadRefused, check

PICTURES = frozenset({"image", "svg"})
DOCUMENTS = frozenset({"docx", "xlsx", "pptx", "pdf", "audio", "video", "captions", "text"})


STAYS = _(
    "The file of a picture or document stays as it is, because lessons that were reviewed may show it. "
    "Upload the new one as a new file, choose it in the lesson, and submit the lesson."
)


def _checked(file: Any, kinds: frozenset[str], *, is_kept: bool) -> Any:
    """
    Return what may be stored of a new file; a file that was there before is left as it is.

    Nobody takes its place (`is_kept`): what readers see would then change past the review.
    """
    if not isinstance(file, File) or hasattr(file, "field"):
        return file
    if is_kept:
        raise ValidationError(str(STAYS), code="kept")
    picture = getattr(file, "image", None)
    try:
        checked = check(file, kinds)
    except UploadRefused as refused:
        raise ValidationError(str(refused.words), code=refused.code) from refused
    if checked.file is not file:
        checked.file.name = file.name
        checked.file.image = picture  # Wagtail's field left it there
    checked.file.seek(0)
    return checked.file


class CheckedImageForm(BaseImageForm):
    """Wagtail's form of a picture, by itself, one of many, or in a chooser."""

    def clean_file(self) -> Any:
        return _checked(self.cleaned_data.get("file"), PICTURES, is_kept=self.instance.pk is not None)


class CheckedDocumentForm(BaseDocumentForm):
    """Wagtail's form of a document, by itself, one of many, or in a chooser."""

    def clean_file(self) -> Any:
        return _checked(self.cleaned_data.get("file"), DOCUMENTS, is_kept=self.instance.pk is not None)
