"""What the tests use: fast hashing, tasks at once, files in a folder of their own."""

from config.settings.base import *  # noqa: F403  # settings files override the base
from config.settings.base import STORAGES, VAR

DEMO = True
DEMO_PASSWORD = "xuecheng-demo-2026"  # noqa: S105  # of the demonstration, not a secret
SECRET_KEY = "only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "QUEUES": ["default", "long"]}
}
MEDIA_ROOT = VAR / "test-media"
PRIVATE_ROOT = VAR / "test-private"
STORAGES = {
    **STORAGES,
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Wagtail's own index, of the editor's search box: three updates for each lesson of a test; none asks it.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}}
