"""The press: a typst template and data in, a tagged PDF out. The same on every machine: our fonts, no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"

FONTS = ("Noto Sans SC", "Noto Sans JP")
"""The second for characters the first lacks, such as 𠮷. A template names both."""


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    folders = [str(path) for path in files("justmytype_intl_cjk").joinpath("fonts", "ofl").iterdir()]
    return typst.Compiler(root=str(TEMPLATES), font_paths=folders, ignore_system_fonts=True)


def press(template: str, data: Mapping[str, Any]) -> bytes:
    """
    Return a PDF/UA of `templates/<template>.typ`, which reads `data` as JSON.

    Data reach the template as values and never as markup, so no name or text can change the page.
    """
    return _compiler().compile(
        input=(TEMPLATES / f"{template}.typ").read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
