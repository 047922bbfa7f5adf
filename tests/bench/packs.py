"""
A thousand personal packs of twelve pages, each a PDF with its own codes and answer sheet, beside bare typst.

`python -m tests.bench.packs` prints one line of JSON. A process of its own, so that its memory is its
own, with that of the processes it starts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench.rows import Row

PACKS, PAGES, WORKERS = 1000, 12, 2
MOST_SECONDS, MOST_MEGABYTES = 90, 800
BARE = 40
"""Bare documents measured; the limit counts them as many times as it takes for all packs."""

WORDS = (
    "群众路线是根本的工作路线。先把意见集中起来，化为系统的意见，又到群众中去宣传解释；"
    "“从群众中来，到群众中去”，《关于领导方法的若干问题》（1943年6月1日）说得清楚。"
)


def measure() -> list[Row]:
    command = [sys.executable, "-m", "tests.bench.packs"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = json.loads(said.splitlines()[-1])
    work = f"{PACKS:,} packs of {found['pages']} pages with codes and answer sheets"
    seconds, megabytes = found["seconds"], found["megabytes"]
    return [
        Row("outreach", work, seconds, "s", found["bare"], f"≤ {MOST_SECONDS} s", seconds <= MOST_SECONDS),
        Row("outreach", f"{work}: CPU", found["cpu"], "s"),
        Row(
            "outreach",
            f"{work}: memory of all processes",
            megabytes,
            "MB",
            None,
            f"≤ {MOST_MEGABYTES} MB",
            megabytes <= MOST_MEGABYTES,
        ),
    ]


def main() -> None:
    from django.conf import settings

    settings.configure(SECRET_KEY="only-for-the-bench", USE_I18N=False)
    from paper.bulk import print_each
    from paper.content import Look

    bare = _bare_seconds()
    watch = Memory()
    begun = time.monotonic()
    pages = {
        sum(printed.pages) for printed in print_each(map(_pack, range(1, PACKS + 1)), Look(), workers=WORKERS)
    }
    seconds = time.monotonic() - begun
    if pages != {PAGES}:
        raise SystemExit(f"The packs have {pages} pages.")
    figures = {"pages": PAGES, "seconds": seconds, "bare": bare, **watch.ended()}
    print(json.dumps(figures))


def _pack(number: int) -> Any:
    from paper.content import LessonPart, Pack, PrintedQuestion, QuizPart

    paragraph = {"kind": "paragraph", "runs": [{"text": WORDS * 2}]}
    lessons = [
        LessonPart(title, 8, [paragraph] * paragraphs, ["《决议》，1981年"], discussion=["您怎么看？"])
        for title, paragraphs in (("第一课", 7), ("第二课", 6))
    ]
    questions = [
        PrintedQuestion(f"{WORDS[:20]}对不对？", False, ["对", "不对", "不清楚", "都不是"]) for _ in range(4)
    ]
    return Pack(
        key=f"{number:032x}",
        number=f"2026-{number:06d}",
        name=f"{'赵钱孙李周吴郑王'[number % 8]}{'建国秀英志强桂兰'[number % 7]}{number}",
        branch="向阳村党支部",
        made_on="2026年11月23日",
        contact_name="王秀英",
        contact_phone="138 0000 1234",
        lessons=lessons,
        quizzes=[QuizPart("小测", questions)],
    )


def _bare_seconds() -> float:
    """Seconds that typst alone would take on as many cores for as many pages of the same words."""
    import typst

    from paper.press import _fonts

    source = (
        '#set document(title: "x")\n#set page(paper: "a4")\n'
        '#set text(lang: "zh", font: "Noto Sans SC", size: 20pt)\n#set par(justify: true)\n'
        "#for n in range(12) [#sys.inputs.name #lorem(1) " + WORDS * 4 + "#pagebreak(weak: true)]"
    )
    compiler = typst.Compiler(font_paths=_fonts())
    begun = 0.0
    for number in range(BARE + 1):
        if number == 1:  # The first reads the fonts.
            begun = time.process_time()
        compiler.compile(
            input=source.encode(), format="pdf", sys_inputs={"name": str(number)}, pdf_standards=["ua-1"]
        )
    return (time.process_time() - begun) / BARE * PACKS / WORKERS


class Memory:
    """Samples what this process and its children hold, and what processor time they used."""

    def __init__(self) -> None:
        import psutil

        self._own = psutil.Process()
        self._before = sum(self._own.cpu_times()[:2])
        self._most = 0
        self._cpu: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            self._sample()

    def _sample(self) -> None:
        import psutil

        held = 0
        for process in [self._own, *self._own.children(recursive=True)]:
            try:
                held += process.memory_info().rss
                times = process.cpu_times()
                self._cpu[process.pid] = times.user + times.system
            except psutil.NoSuchProcess:
                continue
        self._most = max(self._most, held)

    def ended(self) -> dict[str, float]:
        self._sample()
        self._stop.set()
        self._thread.join()
        return {"megabytes": self._most / 1e6, "cpu": sum(self._cpu.values()) - self._before}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
