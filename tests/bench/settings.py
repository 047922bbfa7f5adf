"""What the bench serves: the base, with files in a folder of their own and a bare page as the limit."""

from config.settings.base import *  # noqa: F403  # settings files override the base
from config.settings.base import INSTALLED_APPS, STORAGES, VAR

BENCH = VAR / "bench"
SECRET_KEY = "only-for-the-bench"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.bench.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.bare"]
STATIC_ROOT = BENCH / "static"
MEDIA_ROOT = BENCH / "media"
KEYS_FILE = BENCH / "keys"
PRIVATE_ROOT = BENCH / "private"
STORAGES = {
    **STORAGES,
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
}
