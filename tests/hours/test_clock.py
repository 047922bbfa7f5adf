"""The arithmetic of the clock, by tables and by properties. Seconds here are tenths there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hours.clock import LEAST_ALLOWANCE, LONGEST_BEAT, Beat, Kind, Pace, Refusal, Sign, Span, reckon, total
from tests.hours.pages import beat

PACE = Pace((60.0, 60.0, 60.0), media=240)


def seconds(spans: list[Span]) -> float:
    return total(spans) / 10


def told(begin: float, length: float, *signs: tuple) -> Beat:
    """A beat whose signs are (second, kind, first screen, last screen)."""
    return Beat(
        0, round(begin * 10), round(length * 10), tuple(Sign(round(s[0] * 10), *s[1:]) for s in signs)
    )


@pytest.mark.parametrize(
    ("case", "of", "counted", "refused"),
    [
        ("no sign", told(0, 30), 0, {"quiet": 30}),
        ("somebody there", told(0, 30, (0, "p")), 30, {}),
        ("there since ten seconds", told(0, 30, (10, "p")), 20, {"quiet": 10}),
        ("silence since before the beat", told(30, 60, (0, "p")), 30, {"quiet": 30}),
        ("silence for ever", told(90, 60, (0, "p")), 0, {"quiet": 60}),
        ("two screens shown take twice as long", told(60, 60, (0, "p", 0, 1)), 60, {}),
        ("all screens and those beyond", told(120, 60, (0, "p", 0, 99)), 60, {}),
        ("a screen beyond the last is the last", told(30, 60, (0, "p", 9, 9)), 30, {"quiet": 30}),
        ("hidden", told(0, 30, (0, "p"), (12, "h")), 12, {"hidden": 18}),
        ("hidden since before", told(30, 30, (10, "h")), 0, {"hidden": 30}),
        ("come back", told(0, 30, (0, "h"), (20, "p")), 10, {"hidden": 20}),
        ("media with the hands in the lap", told(120, 60, (0, "m")), 60, {}),
        ("media to its end", told(200, 60, (0, "m")), 40, {"quiet": 20}),
        ("media from the middle", told(60, 60, (0, "m", 0, 0, 150, 1.0)), 30, {"quiet": 30}),
        ("media at twice the speed", told(90, 60, (0, "m", 0, 0, 0, 2.0)), 30, {"quiet": 30}),
        ("media at half speed lasts twice as long", told(420, 60, (0, "m", 0, 0, 0, 0.5)), 60, {}),
        ("media beyond its end", told(0, 30, (0, "m", 0, 0, 241, 1.0)), 0, {"quiet": 30}),
        ("media that ended by itself", told(0, 30, (0, "m"), (10, "s")), 10, {"quiet": 20}),
        ("read aloud", told(0, 60, (0, "a")), 60, {}),
        ("read aloud, hidden before", told(0, 60, (0, "h"), (0, "a")), 60, {}),
        ("read aloud no longer than the screen", told(30, 60, (0, "a")), 30, {"quiet": 30}),
        ("a minute at most", told(0, 3600, (0, "p")), 60, {}),
        ("a sign after the end tells nothing", told(0, 30, (30, "p")), 0, {"quiet": 30}),
        ("signs in any order", told(0, 30, (20, "h"), (0, "p")), 20, {"hidden": 10}),
    ],
)  # fmt: skip
def test_what_counts(case: str, of: Beat, counted: float, refused: dict[str, float]) -> None:
    found = reckon([of], PACE)

    assert seconds(found.counted) == counted, case
    assert {why.value: seconds(spans) for why, spans in found.refused.items()} == refused, case


def test_a_screen_that_is_read_at_a_glance_is_given_twenty_seconds() -> None:
    found = reckon([told(0, 60, (0, "p"))], Pace((3.0,)))

    assert found.counted == [Span(0, LEAST_ALLOWANCE)]
    assert found.refused == {Refusal.QUIET: [Span(LEAST_ALLOWANCE, 600)]}


def test_a_lesson_that_is_not_known_gives_twenty_seconds_and_shows_no_screens() -> None:
    found = reckon([told(0, 60, (0, "p", 4, 7))], Pace(()))

    assert (found.counted, found.screens) == ([Span(0, 200)], set())


@pytest.mark.parametrize(("factor", "counted"), [(1.0, 60), (1.15, 69), (1.725, 103.5), (2.5, 150)])
def test_the_readers_factor_lengthens_the_silence(factor, counted) -> None:
    beats = [told(60 * n, 60, (0, "p")) for n in range(4)]

    assert seconds(reckon(beats, Pace((60.0,), factor=factor)).counted) == counted


def test_a_lesson_without_media_counts_nothing_for_playing() -> None:
    found = reckon([told(0, 60, (0, "m"))], Pace((60.0,)))

    assert (found.counted, found.media) == ([], [])
    assert found.refused == {Refusal.QUIET: [Span(0, 600)]}


def test_what_was_played_and_shown_is_evidence() -> None:
    found = reckon([told(0, 30, (0, "p", 0, 1), (10, "m", 0, 0, 100, 1.5))], PACE)

    assert (found.screens, found.media) == ({0, 1}, [Span(100, 130)])


def test_signs_of_one_moment_keep_their_order() -> None:
    assert reckon([told(0, 30, (0, "p"), (0, "h"))], PACE).counted == []
    assert seconds(reckon([told(0, 30, (0, "h"), (0, "p"))], PACE).counted) == 30


def test_what_a_beat_claims_beyond_a_minute_is_told_as_claimed() -> None:
    assert reckon([told(0, 3600, (0, "p"))], PACE).claimed == 35_400


# Properties

signs = st.builds(
    Sign,
    st.integers(-2000, 3000),
    st.sampled_from([kind.value for kind in Kind]),
    st.integers(0, 4),
    st.integers(0, 4),
    st.integers(0, 400),
    st.sampled_from([0.25, 1.0, 1.5, 4.0]),
)
beats = st.lists(
    st.builds(
        Beat,
        st.integers(0, 99),
        st.integers(-1000, 3000),
        st.integers(1, 2000),
        st.lists(signs, max_size=8).map(tuple),
    ),
    max_size=12,
)


@given(beats)
def test_of_a_beat_every_tenth_up_to_a_minute_is_counted_or_has_its_reason_and_never_both(found) -> None:
    for one in found:
        result = reckon([one], PACE)
        refused = [span for spans in result.refused.values() for span in spans]
        length = min(one.length, LONGEST_BEAT)

        assert total(result.counted) + sum(end - begin for begin, end in refused) == length
        assert total([*result.counted, *refused]) == length
        assert result.claimed == one.length - length
        for begin, end in (*result.counted, *refused):
            assert one.start <= begin < end <= one.start + length


@given(beats, st.randoms())
def test_order_and_repetition_change_nothing(found, random) -> None:
    shuffled = found * 2
    random.shuffle(shuffled)

    assert total(reckon(shuffled, PACE).counted) == total(reckon(found, PACE).counted)


@given(beats, st.floats(1, 3))
def test_who_reads_slowly_never_earns_less(found, factor) -> None:
    slow = Pace(PACE.screens, PACE.media, factor)

    assert total(reckon(found, slow).counted) >= total(reckon(found, PACE).counted)


@given(st.integers(0, 1000), st.lists(st.integers(1, 600), min_size=1, max_size=20))
def test_a_stretch_cut_into_beats_counts_as_the_whole_does(begin, lengths) -> None:
    """One sign, told again at the head of each beat."""
    cut, at = [], begin
    for length in lengths:
        cut.append(Beat(0, at, length, (Sign(begin, "p", 0, 2),)))
        at += length

    assert total(reckon(cut, PACE).counted) == min(at - begin, PACE.allowance(0, 2))


@given(
    st.lists(
        st.builds(lambda a, b: Span(min(a, b), max(a, b)), st.integers(0, 300), st.integers(0, 300)),
        max_size=20,
    )
)
def test_a_total_is_a_union_and_never_a_sum(spans: list[Span]) -> None:
    assert total(spans) == len({moment for begin, end in spans for moment in range(begin, end)})


def test_the_helper_of_other_tests_says_what_it_means() -> None:
    assert beat(3, 1.5, 30, [(0, "h")]) == Beat(3, 15, 300, (Sign(0, "h"),))
