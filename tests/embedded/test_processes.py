import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.processes import Processes

ROOT = Path(__file__).resolve().parents[2]
SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
BREAK = (sys.executable, "-c", "import sys; sys.exit('the disk is on fire')")


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_that_ends_by_itself_is_named_with_its_last_words_and_the_rest_are_stopped(tmp_path):
    with pytest.raises(SystemExit) as ended, Processes(ROOT, tmp_path) as processes:
        processes.start("worker", *SLEEP)
        worker = processes.running["worker"].pid
        processes.start("scheduler", *BREAK)
        processes.watch()

    assert "The scheduler ended by itself (status 1)." in str(ended.value)
    assert "the disk is on fire" in str(ended.value)
    assert not is_alive(worker)


def test_one_that_does_not_listen_is_ended_by_force(tmp_path, monkeypatch):
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    monkeypatch.setattr("config.processes.PATIENCE", 0.2)
    with Processes(ROOT, tmp_path) as processes:
        processes.start("worker", sys.executable, "-c", deaf)
        worker = processes.running["worker"]
        while (tmp_path / "worker.log").read_text() != "up\n":
            assert worker.poll() is None

    assert worker.returncode == -signal.SIGKILL


def test_the_log_of_the_time_before_is_kept(tmp_path):
    for word in ("first", "second"):
        with Processes(ROOT, tmp_path) as processes:
            processes.start("worker", sys.executable, "-c", f"print({word!r})")
            processes.running["worker"].wait()

    assert (tmp_path / "worker.log").read_text() == "second\n"
    assert (tmp_path / "worker.before.log").read_text() == "first\n"


def test_a_preparation_that_does_not_succeed_ends_the_start(tmp_path):
    with pytest.raises(SystemExit) as ended, Processes(ROOT, tmp_path) as processes:
        processes.finish(*BREAK)

    assert ended.value.code == 1


def command(name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "do.py", name],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_taken_port_is_named_with_another_to_choose():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = command("run", PORT=str(port))

    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.startswith(f"Port {port} is taken by another program. Choose another: make run PORT=")


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8000.5"])
def test_a_port_that_is_none_is_refused(port):
    said = command("run", PORT=port)

    assert said.returncode == 1
    assert said.stderr == f"PORT must be a number from 1 to 65535, not {port!r}.\n"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")

    said = command("run", PORT="18999", VAR_DIR=str(tmp_path / "file"))

    assert said.returncode == 1
    assert str(tmp_path / "file") in said.stderr
    assert "Make that path writable for this account, or free some space." in said.stderr


def test_an_unknown_command_gets_the_list_of_those_there_are():
    said = command("dance")

    assert said.returncode == 1
    assert said.stderr == "Usage: python3 do.py run|test|check|bench|trials|lock\n"
