"""What was asked, kept in the process: a version never changes, so its content is read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Any

from quizzes.models import QuestionVersion

MOST = 4096
"""Contents that a process keeps; each is some thousand characters."""

Key = tuple[int, str]
"""Id and digest of a version: of the same digest is the same content, in whatever database."""

_kept: OrderedDict[Key, dict[str, Any]] = OrderedDict()
_lock = Lock()


def contents(keys: Iterable[Key]) -> dict[int, dict[str, Any]]:
    """
    Return the contents of versions, by id. One query for those that are not kept, none when all are.

    They are shared: nobody changes what they hold.
    """
    wanted = set(keys)
    with _lock:
        found = {key: _kept[key] for key in wanted if key in _kept}
        for key in found:
            _kept.move_to_end(key)
    missing = {pk for pk, _digest in wanted - found.keys()}
    if missing:
        rows = QuestionVersion.objects.filter(pk__in=missing).values_list("pk", "digest", "content")
        read = {(pk, digest): content for pk, digest, content in rows}
        found |= read
        with _lock:
            _kept.update(read)
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return {pk: content for (pk, _digest), content in found.items()}
