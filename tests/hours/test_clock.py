"""The arithmetic of the clock, by tables and by properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hours.clock import LEAST_ALLOWANCE, Kind, Refusal, Sign, Span, allowance, reckon, total

SCREENS = (60.0, 60.0, 60.0)


def signs(*rows: tuple) -> list[Sign]:
    return [Sign(row[0], Kind(row[1]), *(row[2:] or (0, 0))) for row in rows]


@pytest.mark.parametrize(
    ("case", "rows", "counted"),
    [
        ("no signs", [], 0),
        ("one sign proves nothing", [(0, "p")], 0),
        ("reading on", [(0, "p"), (50, "p", 1, 1), (100, "t")], 100),
        ("silence counts up to the reading time", [(0, "p"), (3600, "t")], 60),
        ("an empty chair for an hour, ticking", [(0, "p")] + [(30 * n, "t") for n in range(1, 121)], 60),
        ("two screens shown take twice as long", [(0, "p", 0, 1), (3600, "t", 0, 1)], 120),
        ("coming back goes on by itself", [(0, "p"), (600, "p"), (630, "t")], 90),
        ("a hidden page counts nothing", [(0, "p"), (20, "h"), (500, "p"), (510, "t")], 30),
        ("media plays with the hands in the lap", [(0, "m"), (2400, "h")], 2400),
        ("media counts no longer than it lasts", [(0, "m"), (9000, "t")], 2400),
        ("the same sign twice counts once", [(0, "p"), (0, "p"), (30, "t"), (30, "t")], 30),
        ("signs may come in any order", [(30, "t"), (0, "p")], 30),
        ("an unknown screen gives the least allowance", [(0, "p", 9, 9), (3600, "t")], LEAST_ALLOWANCE),
    ],
)  # fmt: skip
def test_what_counts(case: str, rows: list, counted: int) -> None:
    assert total(reckon(signs(*rows), SCREENS, media=2400).counted) == counted, case


def test_a_lesson_without_media_counts_nothing_for_playing() -> None:
    found = reckon(signs((0, "m"), (36_000, "t")), SCREENS)

    assert found.counted == []
    assert found.refused == {Refusal.QUIET: [Span(0, 36_000)]}


def test_signs_of_one_second_keep_their_order() -> None:
    seen_then_hidden = [Sign(0, Kind.PRESENT, ms=0), Sign(0, Kind.HIDDEN, ms=60), Sign(30, Kind.PRESENT)]

    assert reckon(seen_then_hidden, SCREENS).counted == []
    assert reckon(reversed(seen_then_hidden), SCREENS).refused == {Refusal.HIDDEN: [Span(0, 30)]}


def test_every_refused_second_has_its_reason() -> None:
    found = reckon(signs((0, "p"), (100, "h"), (150, "p"), (160, "t")), SCREENS)

    assert found.counted == [Span(0, 60), Span(150, 160)]
    assert found.refused == {Refusal.QUIET: [Span(60, 100)], Refusal.HIDDEN: [Span(100, 150)]}


def test_large_print_is_given_half_as_much_time_again() -> None:
    assert allowance(SCREENS, 0, 0, factor=1.5) == 90
    assert total(reckon(signs((0, "p"), (3600, "t")), SCREENS, factor=1.5).counted) == 90


histories = st.lists(
    st.builds(Sign, st.integers(0, 5000), st.sampled_from(list(Kind)), st.integers(0, 3), st.integers(0, 3)),
    max_size=60,
)


@given(histories)
def test_never_more_than_the_wall_clock(history: list[Sign]) -> None:
    found = reckon(history, SCREENS)

    span = max(history).at - min(history).at if history else 0
    assert total(found.counted) <= span


@given(histories)
def test_every_second_between_first_and_last_sign_is_counted_or_refused_once_something_is_known(
    history: list[Sign],
) -> None:
    found = reckon(history, SCREENS)
    refused = [span for spans in found.refused.values() for span in spans]
    telling = [sign.at for sign in sorted(set(history)) if sign.kind is not Kind.TICK]

    expected = max(history).at - telling[0] if telling else 0
    assert total([*found.counted, *refused]) == expected
    assert total(found.counted) + total(refused) == expected


@given(histories, st.randoms())
def test_order_and_repetition_change_nothing(history: list[Sign], random) -> None:
    shuffled = history * 2
    random.shuffle(shuffled)

    assert reckon(shuffled, SCREENS).counted == reckon(history, SCREENS).counted


@given(
    st.lists(
        st.builds(lambda a, b: Span(min(a, b), max(a, b)), st.integers(0, 300), st.integers(0, 300)),
        max_size=20,
    )
)
def test_a_total_is_a_union_and_never_a_sum(spans: list[Span]) -> None:
    assert total(spans) == len({second for begin, end in spans for second in range(begin, end)})
