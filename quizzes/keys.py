"""
The key that holds: what was asked stays as it was, and a corrected key takes the place of its own.

Marking reads the key through `contents_of`. Who writes a mark calls `hold_keys` before it reads, so that a
mark is either made by the new key, or found by the regrade that brings it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from hours.prepared import fetch_all
from people.leading import Refusal
from quizzes.contents import contents
from quizzes.models import Question, QuestionVersion, in_reader_language

Kind = Question.Kind

CORRECTABLE = frozenset(Kind) - {Kind.SHORT_ANSWER}
"""A short answer has no key: a person marks it."""

IN_PARTS = frozenset({Kind.MULTIPLE_CHOICE, Kind.FILL_IN, Kind.ORDERING, Kind.MATCHING})
"""Kinds that may give points for parts."""

_LOCKS = 7_041
"""Tells these locks from others of the database."""

_IN_ORDER = "(%s, v) from (select distinct (one %% 32)::int v from unnest(%s::bigint[]) one order by 1) those"
"""
Locks are taken in the order of their numbers, so that no two wait for each other. Some versions share one:
the database keeps room for 64 locks of each connection, and a paper may have 200 questions.
"""


_CORRECTED = """
    select v.id, v.digest,
        (select k.key from quizzes_keycorrection k where k.version_id = v.id order by k.id desc limit 1)
    from quizzes_questionversion v where v.id = any(%s::bigint[])
"""


class NotAKey(Refusal):
    words = _("This is not a key of this question. Please look at each field again.")


def contents_of(paper: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is marked at each place of a paper: what was asked, with the key that holds."""
    found = contents_by_version(place["version"] for place in paper)
    return [found[place["version"]] for place in paper]


def contents_by_version(versions: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The same, by version. One query, and another for what this process has not read before."""
    rows = fetch_all(_CORRECTED, [list(versions)])
    asked = contents((pk, digest) for pk, digest, _key in rows)
    return {pk: asked[pk] | (json.loads(key) if key else {}) for pk, _digest, key in rows}


def hold_keys(versions: Iterable[int]) -> None:
    """Until the transaction ends, the keys of these versions are not corrected. One statement."""
    _lock(f"select pg_advisory_xact_lock_shared{_IN_ORDER}", versions)


def hold_keys_alone(versions: Iterable[int]) -> None:
    """Until the transaction ends, nobody else marks by the keys of these versions. One statement."""
    _lock(f"select pg_advisory_xact_lock{_IN_ORDER}", versions)


def _lock(sql: str, versions: Iterable[int]) -> None:
    fetch_all(sql, [_LOCKS, list(versions)])


def alike(question: Question) -> list[list[QuestionVersion]]:
    """
    Return the versions of a question in groups that one key fits, the newest first: the same options, the
    same other side, as many blanks of the same kinds. One query.
    """
    groups: dict[Any, list[QuestionVersion]] = {}
    for version in QuestionVersion.objects.filter(question=question).order_by("-pk"):
        groups.setdefault(_shape(version.content), []).append(version)
    return list(groups.values())


def _shape(content: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        content["kind"],
        frozenset(option["key"] for option in content["options"]),
        frozenset(match["key"] for match in content.get("matches", ())),
        tuple(blank["kind"] for blank in content.get("blanks", ())),
    )


def key_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a content that a correction puts in its place."""
    part = {"partial": bool(content.get("partial"))} if content["kind"] in IN_PARTS else {}
    if content["kind"] == Kind.FILL_IN:
        return part | {"blanks": [dict(blank) for blank in content["blanks"]]}
    return part | {"correct": list(content["correct"])}


def key_in_words(content: Mapping[str, Any]) -> list[str]:
    """Return the key of a content in the reader's language, a line for each part of it."""
    sides = [*content["options"], *content.get("matches", ())]
    texts = {row["key"]: in_reader_language(row["text"], row["text_en"]) for row in sides}
    match content["kind"]:
        case Kind.FILL_IN:
            rows = content["blanks"]
            return [" / ".join([*row["accepted"], *(row.get("accepted_en") or ())]) for row in rows]
        case Kind.ORDERING:
            return [f"{place}. {texts[key]}" for place, key in enumerate(content["correct"], 1)]
        case Kind.MATCHING:
            pairs = zip(content["options"], content["correct"], strict=True)
            return [f"{texts[row['key']]} – {texts[right]}" for row, right in pairs]
        case _:
            return [text for key, text in texts.items() if key in content["correct"]]


def for_version(
    key: Mapping[str, Any], content: Mapping[str, Any], like: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a key written for the version `like`, for another of its shape whose rows stand otherwise."""
    if content["kind"] != Kind.MATCHING:
        return dict(key)
    rights = dict(zip((option["key"] for option in like["options"]), key["correct"], strict=True))
    return dict(key) | {"correct": [rights[option["key"]] for option in content["options"]]}


def check_key(content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    """
    Return when this is a key for the content.

    :raises NotAKey: otherwise.
    """
    options = [option["key"] for option in content["options"]]
    correct = key.get("correct", [])
    match content["kind"]:
        case Kind.FILL_IN:
            kinds = [blank["kind"] for blank in content["blanks"]]
            blanks = key.get("blanks", [])
            is_right = [blank["kind"] for blank in blanks] == kinds
            is_right = is_right and all(any(word.strip() for word in blank["accepted"]) for blank in blanks)
        case Kind.ORDERING:
            is_right = sorted(correct) == sorted(options)
        case Kind.MATCHING:
            known = {match["key"] for match in content["matches"]}
            is_right = len(correct) == len(options) and known.issuperset(correct)
        case Kind.SHORT_ANSWER:
            is_right = False
        case _:
            is_right = bool(correct) and set(correct) <= set(options)
    if not is_right:
        raise NotAKey
