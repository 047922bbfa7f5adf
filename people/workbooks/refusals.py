"""What can be wrong: with a whole file (`Refused`) or with one cell (`Wrong`). The words are in `wording`."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The file cannot be read as a workbook of people."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Wrong(Exception):
    """A value that cannot be understood or taken."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
