"""
A county comes in as one workbook: 6,000 organisations and 100,000 members, checked and written.

It is measured in a process of its own, as the worker does it: `python -m tests.bench.workbooks FILE`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.rows import Row

TOWNSHIPS, GENERALS, BRANCHES = 20, 20, 14
MEMBERS = 100_000
MOST_SECONDS, MOST_MEGABYTES, LONGEST_SILENCE = 60, 500, 1.0
LONG_AGO = date(2020, 1, 1)
TOP = "导入县委"


def importing() -> list[Row]:
    """Seconds, megabytes at the most, and the longest time without a sign of progress."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_county(Path(file.name))
        command = [sys.executable, "-m", "tests.bench.workbooks", file.name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(said.splitlines()[-1])
    work = f"import of {found['organisations']:,} organisations and {MEMBERS:,} members"
    seconds = found["check"] + found["write"]
    return [
        Row("people", f"{work}: dry run", found["check"], "s"),
        Row("people", f"{work}: write", found["write"], "s"),
        Row("people", f"{work}: both", seconds, "s", None, f"≤ {MOST_SECONDS} s", seconds <= MOST_SECONDS),
        Row(
            "people",
            f"{work}: memory",
            found["megabytes"],
            "MB",
            None,
            f"≤ {MOST_MEGABYTES} MB",
            found["megabytes"] <= MOST_MEGABYTES,
        ),
        Row(
            "people",
            f"{work}: longest silence",
            found["silence"],
            "s",
            None,
            "a sign every second",
            found["silence"] <= LONGEST_SILENCE,
        ),
    ]


def write_county(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    places = book.create_sheet("党组织")
    places.append(["组织代码", "上级党组织", "名称", "类型", "行业", "成立日期"])
    branches = []
    for t in range(TOWNSHIPS):
        places.append([f"T{t:02}", TOP, f"第{t}乡镇党委", "党委", "机关", LONG_AGO])
        for g in range(GENERALS):
            general = f"T{t:02}G{g:02}"
            places.append([general, f"T{t:02}", f"第{t}乡镇第{g}总支", "党总支", "村", LONG_AGO])
            for b in range(BRANCHES):
                branches.append(f"{general}B{b:02}")
                places.append([branches[-1], general, f"第{t}乡镇{g}-{b}支部", "党支部", "村", LONG_AGO])
    people = book.create_sheet("党员")
    people.append(
        ["党员编号", "姓名", "姓名拼音", "手机", "出生年份", "党员类别", "在岗状态", "所在党支部", "起始日期"]
    )
    for n in range(MEMBERS):
        branch = branches[n % len(branches)]
        membership, job = "正式" if n % 20 else "预备", "在岗" if n % 3 else "离退休"
        people.append(
            [
                f"i{n:07}",
                f"党员{n}",
                f"Member {n}",
                f"137{n:08}",
                1950 + n % 55,
                membership,
                job,
                branch,
                LONG_AGO,
            ]
        )
    book.save(path)


def main(path: str) -> None:
    import django

    django.setup()
    from django.core.files import File
    from django.utils.timezone import now

    from people.models import Member, Office, Organisation
    from people.workbooks import importing as acts

    top = Organisation.objects.found(kind="committee", name=TOP)
    leader = Member.objects.create_user("bringsin", None, name="导入")
    Office.objects.create(member=leader, organisation=top, kind="secretary", since=LONG_AGO)
    with Path(path).open("rb") as file:
        batch = acts.bring_in(File(file, name="county.xlsx"), by=leader, at=now())
    checked, silence = _work(batch)
    acts.confirm(batch, by=leader, at=now(), leaving_out=False)
    written, silence_of_writing = _work(batch)
    batch.refresh_from_db()
    said = batch.report["written"]
    if said.get("members_added") != MEMBERS:
        sys.exit(f"The import wrote {said}.")
    found = {
        "check": checked,
        "write": written,
        "silence": max(silence, silence_of_writing),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "organisations": said["organisations_added"],
    }
    print(json.dumps(found))


def _work(batch: Any) -> tuple[float, float]:
    """Do the waiting job of this workbook here and now: seconds, and the longest silence."""
    from jobs import work

    silent: list[float] = []

    class Heard(work.Running):
        def hush(self) -> None:
            silent.append(self.longest_silence)
            super().hush()

    work.Running = Heard  # type: ignore[misc]
    batch.refresh_from_db()
    begun = perf_counter()
    work.run.func(str(batch.job.key), {"batch": batch.pk})
    return perf_counter() - begun, silent[0]


if __name__ == "__main__":
    main(sys.argv[1])
