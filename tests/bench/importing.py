"""
A Word file of 200 pages with 100 pictures is read and written as drafts.

It is measured in a process of its own, as the worker does it: `python -m tests.bench.importing FILE`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from datetime import date
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.rows import Row

PAGES, PICTURES, CHARACTERS = 200, 100, 700
"""A page of a book has about 700 characters."""

MOST_SECONDS, MOST_MEGABYTES, LONGEST_SILENCE = 60, 500, 1.5
SENTENCE = "从群众中来，到群众中去，是我们一切工作的方法。"
TITLE = "两百页的讲义"


def importing() -> list[Row]:
    """Seconds of both steps, megabytes at the most, and the longest time without a sign of progress."""
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        write_document(Path(file.name))
        size = Path(file.name).stat().st_size / 1_000_000
        command = [sys.executable, "-m", "tests.bench.importing", file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(said.splitlines()[-1])
    work = f"Word import of {PAGES} pages with {PICTURES} images ({size:.0f} MB)"
    seconds = found["read"] + found["write"]
    most = found["megabytes"]
    return [
        Row("courses", f"{work}: reading", found["read"], "s"),
        Row("courses", f"{work}: writing {found['lessons']} lessons", found["write"], "s"),
        Row("courses", f"{work}: both", seconds, "s", None, f"≤ {MOST_SECONDS} s", seconds <= MOST_SECONDS),
        Row("courses", f"{work}: memory", most, "MB", None, f"≤ {MOST_MEGABYTES} MB", most <= MOST_MEGABYTES),
        Row(
            "courses",
            f"{work}: longest silence",
            found["silence"],
            "s",
            None,
            "a sign all the time",
            found["silence"] <= LONGEST_SILENCE,
        ),
    ]


def write_document(path: Path) -> None:
    """Ten modules of five lessons, four pages each, with lists, tables, notes of pictures."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    document.add_heading(TITLE, 0)
    for page in range(PAGES):
        if page % 20 == 0:
            document.add_heading(f"第{page // 20 + 1}专题", 1)
        if page % 4 == 0:
            document.add_heading(f"第{page // 4 + 1}课", 2)
        for part in range(5):
            line = document.add_paragraph(f"第{page + 1}页第{part + 1}段。")
            line.add_run("群众路线").bold = True
            line.add_run(SENTENCE * (CHARACTERS // 5 // len(SENTENCE)))
        for words in ("先听", "再议", "后办"):
            document.add_paragraph(words, style="List Number" if page % 2 else "List Bullet")
        if page % 10 == 0:
            table = document.add_table(rows=6, cols=4)
            for row in table.rows:
                for cell in row.cells:
                    cell.text = "一格"
        if page % (PAGES // PICTURES) == 0:
            document.add_picture(BytesIO(_photograph(page)), width=Cm(14))
    document.save(str(path))


def _photograph(number: int) -> bytes:
    """Three million pixels, more than half a megabyte, as a telephone makes them."""
    from PIL import Image

    noise = Image.effect_noise((500, 375), 60).resize((2000, 1500))
    image = Image.merge(
        "RGB",
        [
            noise,
            noise.rotate(90 + number).resize((2000, 1500)),
            noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        ],
    )
    file = BytesIO()
    image.save(file, "JPEG", quality=75)
    return file.getvalue()


def main(path: str) -> None:
    import django

    django.setup()
    from uuid import uuid4

    from django.core.files import File
    from django.utils.timezone import now

    from courses.importing import acts
    from courses.importing.plan import Plan
    from people.models import Member, Office, Organisation

    top = Organisation.objects.found(kind="committee", name="导入县委")
    editor = Member.objects.create_user(f"b{uuid4().hex[:12]}", None, name="编辑")
    Office.objects.create(member=editor, organisation=top, kind="editor", since=date(2020, 1, 1))
    before = perf_counter()
    with Path(path).open("rb") as file:
        brought = acts.bring_in(File(file, name="讲义.docx"), by=editor, at=now(), key=uuid4())
    checked = perf_counter() - before
    read, silence = _work(brought)
    plan = Plan.from_json(brought.plan)
    plan.category = "purpose"
    acts.arrange(brought, plan, by=editor, version=brought.version)
    acts.confirm(brought, by=editor, at=now())
    written, silence_of_writing = _work(brought)
    if brought.state != "written":
        sys.exit(f"The import ended as {brought.state}: {brought.job.result}")
    found = {
        "read": checked + read,
        "write": written,
        "silence": max(silence, silence_of_writing),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "lessons": brought.job.result["lessons"],
    }
    print(json.dumps(found))


def _work(brought: Any) -> tuple[float, float]:
    """Do the waiting job of this document here and now: seconds, and the longest silence."""
    from jobs import work

    silent: list[float] = []

    class Heard(work.Running):
        def hush(self) -> None:
            silent.append(self.longest_silence)
            super().hush()

    work.Running = Heard  # type: ignore[misc]
    brought.refresh_from_db()
    begun = perf_counter()
    work.run.func(str(brought.job.key), {"brought": brought.pk})
    brought.refresh_from_db()
    return perf_counter() - begun, silent[0]


if __name__ == "__main__":
    main(sys.argv[1])
