"""Pictures of a lesson in its templates."""

from __future__ import annotations

from django import template
from wagtail.images.models import AbstractImage

from courses import pictures

register = template.Library()


@register.simple_tag
def picture(image: AbstractImage, alt: str) -> pictures.Picture:
    """`{% picture image alt as shown %}`: `shown.html`, `shown.large`, `shown.bytes`."""
    return pictures.picture(image, alt)
