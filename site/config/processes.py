"""The processes of `make run`: started together, each with a log, stopped together. Standard library only."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from config.progress import last_words

PATIENCE = 15.0  # seconds until those that do not stop when asked are ended by force


class Ended(Exception):
    """Ctrl-C, or another program asked us to end."""


def end_in_order() -> None:
    """From now on a request to end raises `Ended`, once; what follows is not disturbed by a second one."""
    requests = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, frame: object) -> None:
        for request in requests:
            signal.signal(request, signal.SIG_IGN)
        raise Ended

    for request in requests:
        signal.signal(request, end)


class Processes:
    """Use as `with Processes(root, logs) as processes`; leaving stops all of them."""

    def __init__(self, root: Path, logs: Path) -> None:
        self.root = root
        self.logs = logs
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *error: object) -> None:
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start(self, name: str, *command: object) -> None:
        log = self._log(name)
        if log.exists():
            log.replace(log.with_suffix(".before.log"))
        with log.open("wb") as output:
            self.running[name] = self._open(command, stdout=output, stderr=subprocess.STDOUT)

    def finish(self, *command: object) -> None:
        """Run one command to its end, here on the screen; leave when it fails."""
        self.running["preparation"] = process = self._open(command)
        if process.wait():
            sys.exit(1)
        del self.running["preparation"]

    def wait_for_answer(self, port: int, seconds: int = 60) -> None:
        """Wait until the server on `port` is healthy."""
        deadline = time.monotonic() + seconds
        while not _answers(port):
            self.check()
            if time.monotonic() > deadline:
                sys.exit(f"\nThe server gave no answer within {seconds} s. {last_words(self._log('server'))}")
            time.sleep(0.05)

    def watch(self) -> None:
        """Stay until one of them ends by itself."""
        while True:
            self.check()
            time.sleep(0.3)

    def check(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                words = last_words(self._log(name))
                sys.exit(f"\nThe {name} ended by itself (status {process.returncode}). {words}")

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def _open(self, command: tuple[object, ...], **output: Any) -> subprocess.Popen[bytes]:
        # In sessions of their own: Ctrl-C reaches the parent alone, which ends them in order.
        return subprocess.Popen(  # noqa: S603  # our own commands, no shell
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            cwd=self.root,
            start_new_session=True,
            preexec_fn=_end_with_parent,
            **output,
        )


def _end_with_parent() -> None:
    if sys.platform == "linux":  # PR_SET_PDEATHSIG: nothing stays behind when the parent is killed
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
