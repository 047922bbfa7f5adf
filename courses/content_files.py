"""Reading the course files below `courses/content/`: TOML for words, SVG for figures."""

from __future__ import annotations

import hashlib
import html
import json
import re
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
LANGUAGES = {"zh": "zh-hans", "en": "en"}

_NAMESPACE = uuid.UUID("6f0f3c1e-2f9a-5d1c-9a52-7b1f1f3f6c11")


def stable_key(reference: str) -> uuid.UUID:
    """The key of a course, module or lesson: the same wherever its files are loaded."""
    return uuid.uuid5(_NAMESPACE, reference)


@dataclass(frozen=True)
class CourseFiles:
    """A course folder: its description, modules in order, its questions and their cases."""

    folder: Path
    info: dict[str, Any]
    modules: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    cases: list[dict[str, Any]]

    def lesson(self, number: str, language: str) -> dict[str, Any]:
        """The lesson `number` (for instance `1-2`) in `zh` or `en`."""
        return tomllib.loads((self.folder / "lessons" / f"{number}.{language}.toml").read_text("utf-8"))

    def figure(self, name: str) -> Path:
        return self.folder / "figures" / name


def quoted() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Works and passages that our lessons quote."""
    file = CONTENT / "passages.toml"
    data = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    return data.get("work", []), data.get("passage", [])


def courses() -> Iterator[CourseFiles]:
    """Every course folder: the longest course first, then by name."""
    folders = [path for path in CONTENT.iterdir() if (path / "course.toml").exists()]
    found = [_course(folder) for folder in sorted(folders)]
    yield from sorted(found, key=lambda course: (-len(course.modules), course.folder.name))


def _course(folder: Path) -> CourseFiles:
    parts = [tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("course*.toml"))]
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("questions*.toml"))]
    questions = [row for file in files for row in file["question"]]
    cases = [row for file in files for row in file.get("case", ())]
    modules = sorted((m for part in parts for m in part.get("module", [])), key=lambda m: m["id"])
    info = next(part for part in parts if "id" in part)
    return CourseFiles(folder, info, modules, questions, cases)


def digest_of(data: Any, files: Iterable[Path] = ()) -> str:
    """Name the state of the source files of one page."""
    found = hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def as_rich_text(text: str) -> str:
    """Paragraphs parted by blank lines and **bold** words, as the HTML that the editor stores."""
    paragraphs = [" ".join(part.split("\n")) for part in re.split(r"\n\s*\n", text.strip())]
    marked = [re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(p, quote=False)) for p in paragraphs]
    return "".join(f"<p>{paragraph}</p>" for paragraph in marked)
