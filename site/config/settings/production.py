"""What a server uses: everything secret is given, and the demonstration is refused."""

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.base import *  # noqa: F403  # settings files override the base

if env.flag("DEMO", False):
    raise ImproperlyConfigured("DEMO must not be set in production: its password is public.")
SECRET_KEY = env.text("SECRET_KEY")
PROXIES = env.number("PROXIES", 1)
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
