"""Pages that a signed-in member fetches: over HTTP for the load, in this process to count statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench.load import Requests

Cookies = dict[str, str]


def as_request(address: str, cookies: Cookies) -> bytes:
    """The bytes that a browser would send."""
    kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
    lines = [f"GET {address} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/html"]
    lines += ["Accept-Language: zh-CN,zh;q=0.9,en;q=0.8", "User-Agent: bench", f"Cookie: {kept}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def in_turn(fetched: Sequence[tuple[str, Cookies]]) -> Requests:
    """Every client goes round all of them, each from another place."""
    requests = [as_request(address, cookies) for address, cookies in fetched]

    def of_client(number: int, clients: int) -> Iterator[bytes]:
        begin = number * len(requests) // clients
        return islice(cycle(requests), begin, None)

    return of_client


def showing(sign: str) -> Callable[[bytes], bool]:
    """Accept a page that carries this sign: not a redirect, not an error page, not an empty one."""
    wanted = sign.encode()
    return lambda answer: answer.startswith(b"HTTP/1.1 200") and wanted in answer


def statements(address: str, cookies: Cookies, sign: str) -> int:
    """How many SQL statements the page costs when it is fetched for the second time."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies.load(cookies)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(address)
    if page.status_code != 200 or sign not in page.content.decode():
        raise LookupError(f"{address} answered {page.status_code} and does not hold {sign}.")
    return len(captured)
