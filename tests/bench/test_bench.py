"""What the bench itself promises: honest rows, and no figure of an answer that was wrong."""

import json
import socketserver
import threading
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from tests.bench.__main__ import chosen
from tests.bench.load import UnexpectedAnswer, drive
from tests.bench.rows import Row, table, write


class Answers(socketserver.StreamRequestHandler):
    """Answers every request with its address; /wrong with an error."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline() != b"\r\n":
                pass
            address = line.split()[1]
            status = b"500 Oh" if address == b"/wrong" else b"200 OK"
            head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(address))
            self.wfile.write(head + address)


@pytest.fixture
def port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def fetching(address: str, seen: list[tuple[int, int]] | None = None):
    def of_client(number: int, clients: int) -> Iterator[bytes]:
        if seen is not None:
            seen.append((number, clients))
        return repeat(f"GET {address} HTTP/1.1\r\nHost: here\r\n\r\n".encode())

    return of_client


def is_right(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200")


def test_every_client_has_requests_of_its_own_and_every_answer_is_waited_for(port: int) -> None:
    seen: list[tuple[int, int]] = []

    load = drive(port, fetching("/page", seen), is_right, clients=3, seconds=0)

    assert seen == [(0, 3), (1, 3), (2, 3)]
    assert load.answers == 3
    assert load.quantile(0.5) <= load.quantile(0.95)


def test_a_wrong_answer_gives_no_figure(port: int) -> None:
    with pytest.raises(UnexpectedAnswer, match="500 Oh"):
        drive(port, fetching("/wrong"), is_right, clients=2, seconds=0)


def test_a_row_stands_beside_its_limit(tmp_path: Path) -> None:
    row = Row("hours", "beats, 8 clients", 1500.0, "beats/s", 2000.0, target="≥ 1,000/s", met=True)

    write([row], tmp_path / "bench.json")

    assert json.loads((tmp_path / "bench.json").read_text("utf-8")) == [
        {
            "bench": "hours",
            "work": "beats, 8 clients",
            "figure": 1500.0,
            "unit": "beats/s",
            "limit": 2000.0,
            "ratio": 0.75,
            "target": "≥ 1,000/s",
            "met": True,
        }
    ]


def test_a_missed_target_is_said() -> None:
    missed = Row("courses", "lesson page", 12, "statements", 8, target="≤ 10", met=False)

    assert table([missed]).splitlines()[-1].split() == [
        *("lesson", "page", "12", "statements", "8", "1.5", "≤", "10", "NOT", "MET"),
    ]


@pytest.mark.parametrize(
    ("only", "benches"),
    [
        ("", ["courses", "hours", "outreach", "people", "quizzes", "reports"]),
        ("hours", ["hours"]),
        ("reports, hours", ["reports", "hours"]),
    ],
)
def test_only_chooses(monkeypatch: pytest.MonkeyPatch, only: str, benches: list[str]) -> None:
    monkeypatch.setenv("ONLY", only)

    assert chosen() == benches


def test_an_unknown_bench_is_refused_with_the_names_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONLY", "ours")

    with pytest.raises(
        SystemExit,
        match=r"no bench 'ours'\. ONLY is one of courses, hours, outreach, people, quizzes, reports",
    ):
        chosen()
