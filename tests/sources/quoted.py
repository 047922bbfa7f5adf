"""Works and passages for tests, in few words."""

from __future__ import annotations

from typing import Any

from sources.models import Passage, Work

WORK = {
    "id": "methods",
    "title": "《关于领导方法的若干问题》",
    "title_en": "Some Questions Concerning Methods of Leadership",
    "edition": "中共中央的决定",
    "edition_en": "decision of the Central Committee",
    "date": "1943年6月1日",
    "date_en": "1 June 1943",
}
PASSAGE = {
    "id": "from-the-masses",
    "work": "methods",
    "place": "第四条",
    "place_en": "item 4",
    "text": "从群众中来，到群众中去。",
    "text_en": "From the masses, to the masses.",
}


def add_passage(reference: str = "from-the-masses", **words: Any) -> Passage:
    """A published passage of the decision of 1943."""
    fields = {name: value for name, value in WORK.items() if name != "id"}
    work, _made = Work.objects.get_or_create(reference="methods", defaults=fields)
    fields = {name: value for name, value in PASSAGE.items() if name not in ("id", "work")}
    passage = Passage.objects.create(reference=reference, work=work, **{**fields, **words})
    passage.save_revision().publish()
    return Passage.objects.select_related("work").get(pk=passage.pk)


def reword(passage: Passage, **words: str) -> Passage:
    """New published words, as when two people have agreed on them."""
    for name, value in words.items():
        setattr(passage, name, value)
    passage.save_revision().publish()
    return Passage.objects.select_related("work").get(pk=passage.pk)
