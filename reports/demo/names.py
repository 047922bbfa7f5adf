"""Plausible names of nobody in particular, in Chinese and in Latin letters."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from random import Random

from pypinyin import lazy_pinyin


class Sex(StrEnum):
    """Only for choosing a given name; it is not kept of anybody."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True)
class Name:
    """A surname and a given name."""

    surname: str
    given: str

    @property
    def full(self) -> str:
        return self.surname + self.given

    @property
    def latin(self) -> str:
        return f"{_surname_in_latin(self.surname)} {_given_in_latin(self.given)}"


_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

SURNAMES = {name: int(weight) for weight, names in _DATA["surnames"].items() for name in names.split()}
"""Surnames, and how often each is drawn."""

AVOIDED = frozenset(_DATA["avoided"]["names"].split())
"""Names of leaders and of others known to everyone: the demonstration is about nobody."""


def draw_name(rng: Random, *, sex: Sex, birth_year: int) -> Name:
    """Draw a name that fits the year of birth and belongs to nobody well known."""
    while True:
        (surname,) = rng.choices(list(SURNAMES), weights=list(SURNAMES.values()))
        name = Name(surname, rng.choice(_given_names(birth_year, sex)))
        if name.full not in AVOIDED:
            return name


def _given_names(birth_year: int, sex: Sex) -> list[str]:
    generation = "before-1960" if birth_year < 1960 else "before-1985" if birth_year < 1985 else "since-1985"
    return _DATA["given"][generation][sex].split()


@lru_cache(maxsize=512)
def _surname_in_latin(surname: str) -> str:
    reading = _DATA["readings"].get(surname) or "".join(lazy_pinyin(surname, v_to_u=True))
    return reading.capitalize()


@lru_cache(maxsize=512)
def _given_in_latin(given: str) -> str:
    """One word; a syllable that begins with a vowel is set off: 月娥 is Yue'e."""
    first, *others = lazy_pinyin(given, v_to_u=True)
    return first.capitalize() + "".join(f"'{s}" if s[0] in "aeo" else s for s in others)
