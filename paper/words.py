"""The fixed words of a pack, in the language of its look. The template has none of its own."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext, override, pgettext

LANGUAGES = {"zh-hans": ("zh", "cn"), "en": ("en", "gb")}
"""Language and region as typst writes them."""


def fixed_words(language: str) -> dict[str, str]:
    """Return every fixed word of a pack. `{n}` and `{of}` are filled in on the page."""
    with override(language):
        return _counting() | _about_the_pack() | _about_lessons() | _about_answers() | _about_the_slip()


def counted(words: dict[str, str], name: str, count: int) -> str:
    """Return words that count something: their form for one, or for any other number."""
    return words[f"{name}_one" if count == 1 else f"{name}_many"] % {"count": count}


def _counting() -> dict[str, str]:
    """Words with a number, in both forms; our languages have no more."""
    words: dict[str, str] = {}
    for form, count in (("one", 1), ("many", 2)):
        words[f"minutes_{form}"] = ngettext("about %(count)d minute", "about %(count)d minutes", count)
        words[f"questions_{form}"] = ngettext("%(count)d question", "%(count)d questions", count)
        words[f"points_{form}"] = ngettext("(%(count)d point)", "(%(count)d points)", count)
        words[f"pages_{form}"] = ngettext("This pack: %(count)d page", "This pack: %(count)d pages", count)
    return words


def _about_the_pack() -> dict[str, str]:
    return {
        "pack": gettext("Study pack"),
        "packs": gettext("Study packs"),
        "number": gettext("Pack number"),
        "made": gettext("Made on"),
        "inside": gettext("What is inside"),
        "call": gettext("Anything you want to ask? Please call"),
        "page": gettext("Page {n} of {of}"),
        "code": gettext("Code of this page"),
        "qr": gettext("QR code of this page"),
        "sheet": gettext("Answer sheet"),
        "slip": gettext("Return slip"),
        "give_back": gettext(
            "Please give the answer sheet and the return slip to your visitor or contact person."
        ),
        "give_back_slip": gettext("Please give the return slip to your visitor or contact person."),
    }


def _about_lessons() -> dict[str, str]:
    return {
        "lesson": gettext("Lesson {n}"),
        "terms": gettext("Key terms"),
        "sources": gettext("Sources"),
        "as_of": gettext("As of {day}"),
        "discussion": gettext("To talk about"),
        "media": gettext("What is said, in writing"),
        "media_address": gettext("Point the camera of a telephone at the code to play it:"),
        "media_qr": gettext("Code that leads to the page of this lesson"),
        "no_transcript": gettext(
            "A recording. You can see or hear it online, or ask your visitor to play it."
        ),
        "no_picture": gettext("A picture that cannot be printed here. It shows:"),
    }


def _about_answers() -> dict[str, str]:
    return {
        "quiz": pgettext("in a pack", "Questions"),
        "rule": gettext(
            "Mark a box. To correct, fill the wrong box completely and mark another. "
            "Please answer on the answer sheet."
        ),
        "sheet_rule": gettext(
            "Mark a box. To correct, fill the wrong box completely and mark another. "
            "Where the number has a star, several answers may be right."
        ),
        "several": gettext("Several answers may be right."),
        "blanks": gettext("Write what belongs in the blanks on the answer sheet."),
        "order": gettext("Put these in order: on the answer sheet, write 1 beside the first, then 2, 3 …"),
        "pairs": gettext(
            "Find what belongs together: on the answer sheet, write a letter beside each number. "
            "A letter may stand twice, or nowhere."
        ),
        "words": gettext("Answer in your own words on the answer sheet."),
        "write_here": gettext("Write here"),
        "write_on": gettext("Write on sheet {n}"),
        "write_rule": gettext(
            "Write the answers to these questions here. Where something is wrong, cross it out and write "
            "beside it."
        ),
        "order_here": gettext("1 beside the first, then 2, 3 …"),
        "pairs_here": gettext("a letter beside each number"),
        "continued": gettext("Sheet {n} of {of}"),
    }


def _about_the_slip() -> dict[str, str]:
    return {
        "read_on": pgettext("on a return slip", "Read on"),
        "year": gettext("(year)"),
        "month": gettext("(month)"),
        "day": gettext("(day)"),
        "minutes": gettext("Minutes in all"),
        "lessons_read": gettext("Lessons read (mark the box)"),
        "signature": gettext("Signature of the reader, or of who read along"),
        "wishes": gettext("Questions and wishes"),
    }
