"""The press: a typst template and data in, a tagged PDF out. The same everywhere: our fonts, no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from paper.characters import FONT_FOLDERS

TEMPLATES = Path(__file__).parent / "templates"

FONTS = ("Noto Sans SC", "Noto Sans JP")
"""The second for characters the first lacks, such as 𠮷. A template names both."""


class Press:
    """One template, set up once and printed from as often as wanted."""

    def __init__(self, template: str) -> None:
        self._compiler = typst.Compiler(
            input=str(TEMPLATES / f"{template}.typ"), root=str(TEMPLATES), font_paths=_fonts()
        )

    def pdf(self, data: Mapping[str, Any]) -> bytes:
        """
        Return a PDF/UA of the template, which reads `data` as JSON.

        Data reach the template as values and never as markup, so no name or text can change the page.
        """
        pdf = self._compiler.compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["ua-1"],
        )
        if not isinstance(pdf, bytes):
            raise TypeError("typst returned no single file")
        return pdf

    def told(self, label: str) -> str:
        """Return as JSON what the template noted under a label when the last PDF was made."""
        return self._compiler.query(label, field="value", one=True)


def press(template: str, data: Mapping[str, Any]) -> bytes:
    """Return a PDF/UA of `templates/<template>.typ`, which reads `data` as JSON. See `Press.pdf`."""
    return _kept(template).pdf(data)


@lru_cache(maxsize=8)
def _kept(template: str) -> Press:
    return Press(template)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(path) for path in FONT_FOLDERS],
    )
