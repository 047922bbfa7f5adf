"""The overview of a branch, large and small, beside a bare signed-in Wagtail page."""

from __future__ import annotations

from django.urls import reverse

from tests.bench.courses import bare_statements, bare_work
from tests.bench.measuring import Ground, Work
from tests.bench.pages import Cookies, in_turn, showing, statements
from tests.bench.rows import Row
from tests.bench.stage import MODULES, Branch, sign_in

MOST_STATEMENTS = 10


def measure(ground: Ground, branches: list[Branch], members: list[Cookies], bare_address: str) -> list[Row]:
    bare = bare_work(ground, bare_address, members)
    bare.warm()
    limit = bare.at(1)
    least = bare_statements(bare_address, members[0])
    rows = []
    for branch in branches:
        size = f"{len(branch.members)} members × {MODULES} modules"
        address = reverse("reports:overview", kwargs={"key": branch.organisation.key})
        cookies, sign = sign_in(branch.secretary), branch.members[-1].name
        overview = Work(
            f"branch overview, {size}", ground, ground.ours, in_turn([(address, cookies)]), showing(sign)
        )
        overview.warm()
        point = overview.at(1)
        counted = statements(address, cookies, sign)
        rows += [
            Row("reports", f"branch overview, {size}: half answered within", point.p50, "ms", limit.p50),
            Row("reports", f"branch overview, {size}: CPU", point.cpu_ms, "ms", limit.cpu_ms),
            Row(
                "reports",
                f"branch overview, {size}: SQL statements",
                counted,
                "statements",
                least,
                target=f"≤ {MOST_STATEMENTS}",
                met=counted <= MOST_STATEMENTS,
            ),
        ]
    return rows
