"""How questions do: figures of what was given, and what they make suspect."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from django.utils.timezone import now

from people.models import Member, Organisation
from quizzes.models import Attempt, ItemResult, ItemStatistic, KeyCorrection, Question, Quiz, Regrade
from quizzes.statistics import count_anew
from quizzes.suspects import Chosen, Figures, suspects_of
from tests.cast import make_member, moment
from tests.quizzes.papers import SEVERAL, add_question, add_quiz

AT = moment("2026-03-10 10:00")

RIGHT, WRONG, OTHER, NEVER = range(4)


@pytest.fixture
def people(branch: Organisation) -> list[Member]:
    """Seven who try quizzes."""
    return [make_member(f"q{n}", branch) for n in range(7)]


def give(
    question: Question,
    answers: Iterable[tuple[Sequence[int], float | None, int | None]],
    people: list[Member],
) -> None:
    """Each answer is an attempt: places of the options chosen, rest of the paper, seconds."""
    options = [str(option.key) for option in question.options.order_by("position")]
    right = set(question.version.content["correct"])
    quiz = Quiz.objects.first() or add_quiz(question)
    begun = AT - timedelta(days=question.pk)
    for n, (places, rest, seconds) in enumerate(answers):
        attempt = Attempt.objects.create(
            member=people[n % len(people)],
            quiz=quiz,
            paper=[],
            pass_mark=80,
            begun_at=begun,
            handed_in_at=AT,
        )
        given = sorted(options[place] for place in places)
        ItemResult.objects.create(
            attempt=attempt,
            position=0,
            version=question.version,
            given=given,
            score=float(set(given) == right),
            rest=rest,
            seconds=seconds,
        )


def by_place(question: Question, statistic: ItemStatistic) -> dict[int, tuple[int, float, float]]:
    """Count and shares of each option, by its place in the question."""
    places = {str(option.key): option.position for option in question.options.all()}
    return {
        places[row["given"][0]]: (row["count"], round(row["high"], 2), round(row["low"], 2))
        for row in statistic.options
        if row["given"]
    }


def test_the_figures_of_a_question(people: list[Member]) -> None:
    question = add_question("S1")
    give(
        question,
        [
            *[([RIGHT], 1.0, 10)] * 4,
            *[([RIGHT], 0.5, 20)] * 2,
            *[([WRONG], 0.5, 30)] * 2,
            *[([OTHER], 0.0, 40)] * 3,
            ([], 0.0, None),
        ],
        people,
    )

    assert count_anew(AT) == 1
    statistic = ItemStatistic.objects.get()
    assert (statistic.version, statistic.answers, statistic.facility) == (question.version, 12, 0.5)
    assert statistic.discrimination == pytest.approx(0.8165, abs=0.0001)
    assert statistic.median_seconds == 20
    assert by_place(question, statistic) == {
        RIGHT: (6, 1.0, 0.0),
        WRONG: (2, 0.0, 0.0),
        OTHER: (3, 0.0, 0.75),
        NEVER: (0, 0.0, 0.0),
    }
    assert statistic.options[-1] == {"given": [], "count": 1, "high": 0.0, "low": 0.25}
    assert statistic.suspects == []  # twelve are too few to suspect anything
    assert statistic.computed_at == AT


def test_a_third_that_ends_among_equals_takes_its_part_of_them(people: list[Member]) -> None:
    question = add_question("S2")
    give(question, [*[([RIGHT], 0.5, None)] * 6, *[([WRONG], 0.5, None)] * 3], people)
    count_anew(AT)

    statistic = ItemStatistic.objects.get()
    assert (statistic.discrimination, statistic.median_seconds) == (None, None)
    assert by_place(question, statistic)[RIGHT] == (6, 0.67, 0.67)


def test_below_five_people_nothing_is_told(people: list[Member]) -> None:
    four, twice = add_question("S3"), add_question("S4")
    give(four, [([RIGHT], 0.5, 10)] * 4, people)
    give(twice, [([RIGHT], 0.5, 10)] * 8, people[:4])

    assert count_anew(AT) == 0
    give(twice, [([RIGHT], 0.5, 10)], people[4:])
    assert count_anew(AT) == 1
    assert ItemStatistic.objects.get().version == twice.version


def test_what_is_counted_anew_takes_the_place_of_what_was(people: list[Member]) -> None:
    question, gone = add_question("S5"), add_question("S6")
    give(question, [([RIGHT], 0.5, 10)] * 5, people)
    give(gone, [([RIGHT], 0.5, 10)] * 5, people)
    count_anew(AT)
    ItemResult.objects.filter(version=gone.version).delete()
    give(question, [([WRONG], 0.5, 10)] * 5, people)
    count_anew(AT + timedelta(days=1))

    statistic = ItemStatistic.objects.get()
    assert (statistic.version, statistic.answers, statistic.facility) == (question.version, 10, 0.5)


def test_of_several_right_options_each_is_counted(people: list[Member]) -> None:
    question = add_question("S7", kind=SEVERAL, right=[0, 1])
    give(question, [([0, 1], 1.0, 5)] * 3 + [([0], 0.5, 5)] * 3 + [([0, 2], 0.0, 5)] * 3, people)
    count_anew(AT)

    assert by_place(question, ItemStatistic.objects.get()) == {
        0: (9, 1.0, 1.0),
        1: (3, 1.0, 0.0),
        2: (3, 0.0, 1.0),
        3: (0, 0.0, 0.0),
    }


def test_words_that_fewer_than_five_gave_are_not_kept(people: list[Member]) -> None:
    question = add_question("S8")
    question.version.content |= {"kind": "fill_in", "blanks": [{"kind": "text", "accepted": ["三"]}]}
    question.version.save()
    give(question, [([], 0.5, 5)] * 11, people)
    for n, item in enumerate(ItemResult.objects.order_by("pk")):
        item.given, item.score = (["三"], 1) if n < 6 else (["王某某"], 0)
        item.save()
    ItemResult.objects.filter(score=0).exclude(pk=item.pk).update(given=["两"])
    count_anew(AT)

    assert [row["given"] for row in ItemStatistic.objects.get().options] == [["三"]]


def test_the_key_that_holds_now_says_what_is_right(people: list[Member], member: Member) -> None:
    question = add_question("S9")
    give(question, [([WRONG], 1.0, 5)] * 12 + [([RIGHT], 0.0, 5)] * 12, people)
    count_anew(AT)
    assert ItemStatistic.objects.get().suspects[0] == "key_may_be_wrong"

    regrade = Regrade.objects.create(question=question, reason="x", decided_by=member, decided_at=AT)
    corrected = [str(question.options.get(position=WRONG).key)]
    KeyCorrection.objects.create(regrade=regrade, version=question.version, key={"correct": corrected})
    for item in ItemResult.objects.all():
        item.score = float(item.given == corrected)
        item.save()
    count_anew(AT)
    assert ItemStatistic.objects.get().suspects == ["option_never_chosen"]


def test_it_takes_few_statements_however_many_questions(
    people: list[Member], django_assert_max_num_queries
) -> None:
    for n in range(4):
        give(add_question(f"M{n}"), [([RIGHT], 0.5, 10)] * 5, people)
    with django_assert_max_num_queries(8):  # two of them begin and end
        assert count_anew(now()) == 4


CONTENT = {
    "kind": "single_choice",
    "options": [{"key": key} for key in "abc"],
    "correct": ["a"],
}


def choices(a: tuple, b: tuple, c: tuple) -> tuple[Chosen, ...]:
    """Counts and shares of three options, of which the first is right."""
    return tuple(
        Chosen([key], count, float(key == "a"), high, low)
        for key, (count, high, low) in zip("abc", (a, b, c), strict=True)
    )


SOUND = choices((60, 0.9, 0.3), (25, 0.05, 0.4), (15, 0.05, 0.3))


@pytest.mark.parametrize(
    ("figures", "suspects"),
    [
        (Figures(100, 0.6, 0.5, SOUND), []),
        (Figures(19, 0.1, -0.5, SOUND), []),
        (Figures(50, 0.6, -0.1, SOUND), ["does_not_discriminate"]),
        (Figures(49, 0.6, -0.1, SOUND), []),
        (Figures(20, 0.2, -0.1, SOUND), ["too_hard"]),
        (Figures(100, 0.6, 0.09, SOUND), ["does_not_discriminate"]),
        (Figures(100, 0.6, None, SOUND), []),
        (Figures(100, 0.97, 0.02, SOUND), ["too_easy"]),
        (Figures(100, 0.29, 0.4, SOUND), ["too_hard"]),
        (
            Figures(100, 0.6, 0.5, choices((80, 0.9, 0.3), (20, 0.1, 0.7), (0, 0, 0))),
            ["option_never_chosen"],
        ),
        (
            Figures(100, 0.5, 0.5, choices((50, 0.3, 0.6), (45, 0.6, 0.3), (5, 0.1, 0.1))),
            ["key_may_be_wrong"],
        ),
        (Figures(100, 0.5, 0.2, choices((50, 0.5, 0.4), (45, 0.4, 0.3), (5, 0.1, 0.3))), ["two_keys"]),
        # weaker members choose it more: it is a good wrong option, not a second key
        (Figures(100, 0.5, 0.2, choices((50, 0.5, 0.2), (45, 0.4, 0.5), (5, 0.1, 0.3))), []),
    ],
)  # fmt: skip
def test_what_is_suspect(figures: Figures, suspects: list[str]) -> None:
    assert suspects_of(CONTENT, figures) == suspects


def test_the_right_option_chosen_least_stands_against_a_wrong_one_the_right_wordings_together() -> None:
    """Of several that have to be chosen each is a key; of several wordings one is enough."""
    given = (Chosen(["a"], 60, 1, 0.9, 0.3), Chosen(["b"], 30, 1, 0.3, 0.3), Chosen(["c"], 40, 0, 0.4, 0.3))
    figures = Figures(100, 0.6, 0.3, given)

    assert suspects_of({"kind": "multiple_choice"}, figures) == ["key_may_be_wrong"]
    assert suspects_of({"kind": "single_choice"}, figures) == []


def test_several_right_wordings_stand_together_against_a_wrong_one() -> None:
    given = (Chosen(["三"], 30, 1, 0.3, 0.2), Chosen(["3"], 30, 1, 0.3, 0.2), Chosen(["两"], 40, 0, 0.4, 0.3))

    assert suspects_of({"kind": "fill_in"}, Figures(100, 0.6, 0.3, given)) == []
