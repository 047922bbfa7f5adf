"""What has to be right before the site can work."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from people.ciphers import read_keys


@register()
def keys_can_be_read(app_configs: Sequence | None, **options: object) -> list[CheckMessage]:
    """The demonstration makes its keys itself; everywhere else they are given."""
    if settings.DEMO:
        return []
    try:
        read_keys(Path(settings.KEYS_FILE))
    except ImproperlyConfigured as error:
        return [Error(str(error), id="people.E002")]
    return []
