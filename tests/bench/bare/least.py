"""The least beat's server: one address, and of all middleware the one that an app does not start without."""

from tests.bench.settings import *  # noqa: F403  # settings files override the base

ROOT_URLCONF = "tests.bench.bare.least_urls"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
