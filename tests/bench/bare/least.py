"""The least beat's server: Django with one address, no middleware at all, on the same database."""

from tests.bench.settings import *  # noqa: F403  # settings files override the base

ROOT_URLCONF = "tests.bench.bare.least_urls"
MIDDLEWARE = []
