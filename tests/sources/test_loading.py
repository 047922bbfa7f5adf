"""Works and passages come from a file: loaded once, brought up to date, never over an editor's change."""

import pytest

from sources.loading import BadPassage, load_passages
from sources.models import Passage, Work
from tests.sources.quoted import PASSAGE, WORK, reword

pytestmark = pytest.mark.django_db


def load(work=None, passage=None):
    done = load_passages([{**WORK, **(work or {})}], [{**PASSAGE, **(passage or {})}])
    return done.made, done.updated, done.unchanged, done.kept


def test_loading_makes_and_publishes_them_and_loading_again_changes_nothing() -> None:
    assert load() == (2, 0, 0, [])
    passage = Passage.objects.select_related("work").get()
    digest, revisions = passage.digest, passage.revisions.count()

    assert load() == (0, 0, 2, [])
    passage = Passage.objects.select_related("work").get()
    assert (passage.live, str(passage.work), passage.text) == (True, WORK["title"], PASSAGE["text"])
    assert (passage.digest, passage.revisions.count()) == (digest, revisions)


def test_the_same_file_gives_the_same_keys_everywhere() -> None:
    load()
    keys = Work.objects.get().key, Passage.objects.get().key
    Passage.objects.all().delete()
    Work.objects.all().delete()
    load()

    assert (Work.objects.get().key, Passage.objects.get().key) == keys


def test_new_words_in_the_file_come_in_and_the_old_ones_stay_readable() -> None:
    load()

    assert load(passage={"text": "从群众中来，到群众中去"}) == (0, 1, 1, [])
    passage = Passage.objects.get()
    assert passage.text == "从群众中来，到群众中去"
    assert [row.content["text"] for row in passage.revisions.order_by("pk")] == [
        "从群众中来，到群众中去。",
        "从群众中来，到群众中去",
    ]


def test_an_editors_words_and_an_editors_proposal_are_kept() -> None:
    load()
    reword(Passage.objects.select_related("work").get(), place="第四节")
    work = Work.objects.get()
    work.edition = "另一版本"
    work.save_revision()

    assert load({"date": "1943年"}, {"text": "别的话"}) == (0, 0, 0, ["methods", "from-the-masses"])
    assert (Work.objects.get().date, Passage.objects.get().text) == (WORK["date"], PASSAGE["text"])


@pytest.mark.parametrize(
    ("work", "passage", "said"),
    [
        ({}, {"work": "nowhere"}, "from-the-masses: no work “nowhere” in the file."),
        ({"date": ""}, {}, "methods: "),
        ({}, {"text": " "}, "from-the-masses: "),
        ({}, {"id": ""}, "Every row needs an id of its own."),
    ],
)
def test_a_row_that_is_not_right_is_named_and_nothing_is_loaded(work, passage, said) -> None:
    with pytest.raises(BadPassage) as refused:
        load(work, passage)

    assert str(refused.value).startswith(said)
    assert (Work.objects.count(), Passage.objects.count()) == (0, 0)
