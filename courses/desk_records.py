"""What the editors' desk keeps of its own: when somebody last opened a link to another site."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkLook(models.Model):
    """Somebody opened an address of another site: whether it showed what was meant. Not kept: who."""

    address = models.TextField(_("address"))
    works = models.BooleanField(_("shows what is meant"))
    at = models.DateTimeField(_("looked at"))

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("look at a link")
        verbose_name_plural = _("looks at links")
        indexes = [models.Index(fields=["address", "-at"], name="last_look_at_an_address")]

    def __str__(self) -> str:
        return self.address
