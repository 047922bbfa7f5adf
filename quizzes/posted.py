"""What the form of a question says, in the shape of an answer (see `Answer.given`)."""

from __future__ import annotations

from django.http import QueryDict


class NoOrder(Exception):
    """A place was given twice, or a row has none."""


def given_in(post: QueryDict) -> list[str]:
    """
    Return what was given. Where rows were to be put in order, each comes with the number of its place.

    :raises NoOrder: when these are not the places from 1 on, each once; none at all is no answer.
    """
    given, places = post.getlist("given"), post.getlist("place")
    if not places:
        return given
    if not any(places):
        return []
    if sorted(places) != sorted(str(number + 1) for number in range(len(given))):
        raise NoOrder
    return [key for _place, key in sorted(zip(map(int, places), given, strict=True))]
