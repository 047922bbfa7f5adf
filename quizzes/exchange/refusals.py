"""A whole file that is not taken: nothing of it is kept."""

from __future__ import annotations

from typing import Any


class FileRefused(Exception):
    """No question of the file was read. `code` is for `wording`."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
