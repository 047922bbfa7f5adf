"""Where quizzes stand is asked of the rooms above."""

from uuid import UUID

from quizzes.slots import Place, places, register_places

ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))
LESSON, MODULE = Place("课", "/a/"), Place("专题", "/b/")


def test_the_first_room_that_knows_a_quiz_answers(standing, member):
    asked = []

    def second(keys, who, language):
        asked.append((keys, who, language))
        return {TWO: MODULE}

    standing |= {ONE: LESSON}
    register_places(second)

    assert places([ONE, TWO, THREE], member=member, language="en") == {ONE: LESSON, TWO: MODULE}
    assert asked == [({TWO, THREE}, member, "en")]


def test_nobody_is_asked_for_nothing(standing, member):
    asked = []
    register_places(lambda keys, who, language: asked.append(keys) or {})
    standing |= {ONE: LESSON}

    assert places([], member=member, language="en") == {}
    assert places([ONE], member=member, language="en") == {ONE: LESSON}
    assert asked == []
