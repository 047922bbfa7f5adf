"""The application that the server runs."""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

application = get_wsgi_application()

if not settings.DEMO:
    from people.ciphers import read_keys

    read_keys(Path(settings.KEYS_FILE))  # stops here with a sentence, not at the first telephone number
