"""An upload that is not taken: `words` say why, and what to do."""

from __future__ import annotations

from typing import Any


class UploadRefused(Exception):
    """The file was not taken, and nothing of it is kept. `code` is for programs, `words` are for people."""

    def __init__(self, code: str, words: Any) -> None:
        super().__init__(code)
        self.code = code
        self.words = words

    def __str__(self) -> str:
        return str(self.words)
