"""
Personal data that is kept encrypted, with a blind index to find it by.

Keys come from a file, one a line, the newest first: `<purpose> <key>` with the purposes `encrypt` (a Fernet
key; all of them decrypt, the first encrypts) and `index` (one, for the blind index). The methods stand behind
a few functions, so that an owner who asks for other algorithms can have them.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class Unreadable(Exception):
    """What is stored fits none of the keys."""


@dataclass(frozen=True)
class Keys:
    """The keys in force: the first of `encrypting` encrypts, all of them decrypt."""

    encrypting: tuple[bytes, ...]
    indexing: bytes

    @property
    def fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self.encrypting])


def write_new_keys(path: Path) -> None:
    """Make a file with fresh keys, readable by its owner alone. An existing one is left as it is."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"encrypt {Fernet.generate_key().decode()}\nindex {secrets.token_urlsafe(32)}\n"
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    written.touch(mode=0o600)
    written.write_text(text)
    try:
        path.hardlink_to(written)  # two processes that start together agree on one file
    except FileExistsError:
        pass
    finally:
        written.unlink()


def read_keys(path: Path) -> Keys:
    """
    Return the keys of the file.

    :raises ImproperlyConfigured: when it is missing, or has no key for one of the purposes.
    """
    try:
        lines = path.read_text().split("\n")
    except OSError as error:
        raise ImproperlyConfigured(
            f"KEYS_FILE: {path} cannot be read ({error.strerror}). It holds the keys of personal data; "
            "make one with `manage.py rotate_keys --new`."
        ) from error
    parts = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    encrypting = tuple(part[1].encode() for part in parts if len(part) == 2 and part[0] == "encrypt")
    indexing = [part[1].encode() for part in parts if len(part) == 2 and part[0] == "index"]
    if not encrypting or len(indexing) != 1:
        raise ImproperlyConfigured(f"KEYS_FILE: {path} needs an `encrypt` key or more, and one `index` key.")
    return Keys(encrypting, indexing[0])


@lru_cache(maxsize=2)
def _keys_of(path: Path, changed: int) -> tuple[MultiFernet, bytes]:
    keys = read_keys(path)
    return keys.fernet, keys.indexing


def _keys() -> tuple[MultiFernet, bytes]:
    path = Path(settings.KEYS_FILE)
    if settings.DEMO:
        write_new_keys(path)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return _keys_of(path, changed)


def encrypted(text: str) -> str:
    """Return `text` so that only the key opens it; twice the same text gives two results."""
    return _keys()[0].encrypt(text.encode()).decode("ascii")


def all_encrypted(texts: Iterable[str]) -> list[str]:
    """Return each as `encrypted` does; the key is looked at once for all of them."""
    encrypt = _keys()[0].encrypt
    return [encrypt(text.encode()).decode("ascii") for text in texts]


def decrypted(token: str) -> str:
    """
    Return what was encrypted.

    :raises Unreadable: when no key fits.
    """
    try:
        return _keys()[0].decrypt(token.encode("ascii")).decode()
    except InvalidToken as error:
        raise Unreadable from error


def renewed(token: str) -> str:
    """Return the same content under the newest key."""
    return _keys()[0].rotate(token.encode("ascii")).decode("ascii")


def blind_index(text: str) -> str:
    """Return what finds `text` again without telling it: the same for the same text, 43 characters."""
    return _index_of(text, _keys()[1])


def blind_indexes(texts: Iterable[str]) -> dict[str, str]:
    """By text, what `blind_index` gives; the key is looked at once for all of them."""
    key = _keys()[1]
    return {text: _index_of(text, key) for text in texts}


def _index_of(text: str, key: bytes) -> str:
    digest = hmac.digest(key, text.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


class EncryptedField(models.TextField):
    """Text that the database only holds encrypted. It cannot be searched: see `BlindIndexField`."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypted(str(value))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return None if value is None else decrypted(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted: look for its blind index instead.")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.CharField):
    """The blind index of another field of the same row, kept in step when the row is saved."""

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": 43, "editable": False, **options})

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        content = getattr(model_instance, self.of)
        value = None if content is None else blind_index(content)
        setattr(model_instance, self.attname, value)
        return value
