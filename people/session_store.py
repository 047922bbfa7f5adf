"""Sessions in the database, asked for only by keys that could be one of ours."""

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

_KEY = re.compile(r"[a-z0-9]{32,40}")


class SessionStore(DatabaseSessions):
    """Django's, but what is no key (a cookie with a NUL byte, say) belongs to a visitor who is signed out."""

    def _validate_session_key(self, key: object) -> bool:
        return isinstance(key, str) and _KEY.fullmatch(key) is not None
