"""What the preview of each block shows in the editor, in the language of whoever edits."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail.contrib.typed_table_block.blocks import TypedTable
from wagtail.documents import get_document_model

from quizzes.models import Quiz
from sources.models import Passage, Work


def heading() -> str:
    return _("Why it is said again and again")


def paragraph() -> str:
    return f"<p>{_('An answer comes from those who were asked. So the first step is to go and ask.')}</p>"


def quotation() -> dict[str, str]:
    return {"text": "从群众中来，到群众中去。", "work": "《关于领导方法的若干问题》", "date": "1943年6月1日"}


def passage() -> Passage:
    work = Work(
        title="《关于领导方法的若干问题》",
        title_en="Some Questions Concerning Methods of Leadership",
        edition="毛泽东为中共中央起草的决定",
        edition_en="decision of the Central Committee drafted by Mao Zedong; our translation",
        date="1943年6月1日",
        date_en="1 June 1943",
    )
    words = {"text": "从群众中来，到群众中去。", "text_en": "From the masses, to the masses."}
    return Passage(work=work, **words)


def key_terms() -> dict[str, Any]:
    return {"terms": [{"term": _("Work style"), "meaning": _("How things are done, over a long time.")}]}


def timeline() -> dict[str, Any]:
    events = [
        {"when": "1943", "what": _("The method is written down.")},
        {"when": "1945", "what": _("The Seventh Congress takes it up.")},
    ]
    return {"title": _("From word to method"), "events": events}


def case() -> dict[str, Any]:
    told = _(
        "Thirty forms were handed out in the village and two came back. The secretary gathered them in "
        "and went from house to house for an evening."
    )
    return {
        "title": _("A form that nobody filled in"),
        "text": f"<p>{told}</p>",
        "questions": [_("Why did the forms not come back, and the words did?")],
    }


def discussion() -> dict[str, str]:
    return {
        "question": _("Where did you last hear people say what they think?"),
        "hint": _("First the place, then what you heard."),
    }


def table(columns: dict[str, Any]) -> TypedTable:
    return TypedTable(
        columns=[
            {"block": columns["text"], "heading": _("Where")},
            {"block": columns["text"], "heading": _("Who went")},
            {"block": columns["number"], "heading": _("Heard")},
        ],
        row_data=[
            {"values": [_("At the village gate"), _("The secretary"), 12]},
            {"values": [_("At home"), _("Two members"), 7]},
        ],
        caption=_("Where opinions were heard"),
    )


def video() -> dict[str, Any]:
    return {
        "file": _document("mp4"),
        "captions": _document("vtt"),
        "title": _("An evening at the village gate"),
        "seconds": 95,
        "transcript": _("What do you wish for? A lamp at the corner."),
    }


def audio() -> dict[str, Any]:
    return {
        "file": _document("mp3"),
        "title": _("A member remembers"),
        "seconds": 130,
        "transcript": _("We went on foot, and people opened the door."),
    }


def document() -> dict[str, Any]:
    return {"file": _document("pdf"), "title": _("A list to take along")}


def quiz() -> Quiz:
    return Quiz(title="测一测：群众路线", title_en="Check: the mass line")


def _document(ending: str) -> Any:
    """A document that is nowhere: only its name is shown."""
    return get_document_model()(pk=0, title=ending, file=f"example.{ending}", file_size=0, collection_id=0)
