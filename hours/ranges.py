"""Columns of PostgreSQL's multiranges: several stretches of time, or of numbers, in one value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from psycopg.types.multirange import Int4Multirange, Multirange, TimestamptzMultirange
from psycopg.types.range import TimestamptzRange


class TimeSpansField(models.Field):
    """Stretches of time that neither touch nor overlap; `{}` when there are none."""

    empty: type[Multirange[Any]] = TimestamptzMultirange

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": self.empty, **kwargs})

    def db_type(self, connection: Any) -> str:
        return "tstzmultirange"

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


class NumberSpansField(TimeSpansField):
    """Ranges of whole numbers."""

    empty = Int4Multirange

    def db_type(self, connection: Any) -> str:
        return "int4multirange"


def spans_of(pieces: Iterable[tuple[datetime, datetime]]) -> TimestamptzMultirange:
    """Return stretches as one value for a column; each has its first moment in it and its last not."""
    return TimestamptzMultirange([TimestamptzRange(begin, end, "[)") for begin, end in pieces])
