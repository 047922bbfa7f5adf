"""What is said of files and questions, in plain words and in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from people.workbooks.wording import REFUSED as WORKBOOK_REFUSED
from quizzes.exchange.carried import Message
from quizzes.exchange.refusals import FileRefused

FORMATS: dict[str, Any] = {
    "xlsx": _("Workbook (.xlsx)"),
    "word": _("Word tables (.docx)"),
    "gift": _("Moodle GIFT (.txt)"),
    "moodle": _("Moodle XML (.xml)"),
    "text": _("Plain text"),
}

STEPS: dict[str, Any] = {
    "reading": _("Reading the file"),
    "checking": _("Checking the questions"),
    "comparing": _("Comparing with the bank"),
    "writing": _("Writing the drafts"),
}

FAILURES: dict[str, Any] = {
    "unexpected": _("Something went wrong. Nothing was written. Please try again."),
    "silent": _("The work was interrupted. Nothing was written. Please try again."),
    "gone": _("The file was removed before it was read."),
}

REFUSED: dict[str, Any] = {
    "too_large": _("The file is larger than %(most)s MB. Divide it."),
    "too_large_unpacked": _("The file holds more than %(most)s MB of text. Divide it."),
    "too_many": _("The file has more than %(most)s questions. Divide it and send the parts."),
    "no_questions": _("No question was found in this file. See how each format is written, below."),
    "no_headings": _(
        "No sheet has headings that are known. One of the first rows names the columns: take the template."
    ),
    "no_moodle": _("This is XML, but not of Moodle: there is no question in it."),
    "no_text": _("There is no text in this document."),
    "damaged": _("The file is damaged. Open it in the program that made it, save it anew and send that."),
    "stopped": _("This was stopped. Nothing is kept of the file."),
    "not_read": _("The file could not be read to its end, and nothing is kept of it. Please send it again."),
}

LOST: dict[str, Any] = {
    "picture": _("pictures"),
    "media": _("sound or video"),
    "link": _("links (their words stay)"),
    "table": _("the grid of a table (its words stay)"),
    "formula": _("formulas (they stand there as they were typed)"),
    "file": _("files attached to it"),
    "language": _("words in other languages than Chinese and English"),
    "english": _("the English words, since a GIFT file holds one language"),
}

PARTS: dict[str, Any] = {
    "stem": _("the question or its explanation"),
    "source": _("the source or another name"),
    "option": _("an option"),
    "feedback": _("the feedback on an option"),
    "answer": _("an accepted answer"),
    "rubric": _("a line of the rubric"),
    "tag": _("a tag"),
    "hint": _("hints"),
    "responsetemplate": _("the text an answer begins with"),
    "feedback_together": _("feedback on the answer as a whole"),
}

SAID: dict[str, Any] = {
    # Not imported
    "amiss": "%(text)s",
    "no_stem": _("There is no question in it."),
    "unknown_kind": _("It cannot be told what kind of question this is (%(kind)s). Name the kind."),
    "no_answer": _("The answer is missing."),
    "answer_not_understood": _("The answer “%(answer)s” fits none of the options."),
    "no_such_option": _("The answer names %(letters)s, and there is no such option."),
    "needs_one_right": _("Exactly one option has to be right; here it is %(right)s."),
    "no_arrow": _("“%(text)s” does not say what belongs to it: write left → right."),
    "no_number": _("“%(text)s” is no number that can be kept."),
    "tolerance": _("A number may differ by at most four places behind the point: “%(text)s”."),
    "tolerances_differ": _(
        "Its numbers may differ by different amounts. Here one amount holds for all: make them the same."
    ),
    "empty_rubric": _("A line of the rubric has no words."),
    "too_long": _("Too long: %(what)s has %(has)s characters; there is room for %(most)s."),
    "too_many_tags": _("It has %(has)s tags; at most %(most)s are kept."),
    "description": _("This is a text without a question, and is left out."),
    "type_not_held": _("Questions of the type “%(type)s” cannot be held here."),
    "broken_xml": _("The XML of this question is broken."),
    "too_deep": _("In its HTML so much stands within each other that it cannot be read."),
    "title_open": _("The title is not closed: two colons are missing behind it."),
    "brace_not_closed": _("A { is not closed before the empty line or before the next {."),
    "brace_not_opened": _("There is a } without a {. Is there an empty line within the answers?"),
    "two_braces": _("There are two answers in { } here. Put an empty line between two questions."),
    "cell_formula": _("Cell %(cell)s holds a formula. Formulas are not reckoned: write the value."),
    "cell_fault": _("Cell %(cell)s holds an error of the workbook."),
    "cell_too_long": _("Cell %(cell)s is too long."),
    "cell_no_day": _("Cell %(cell)s holds a day that does not exist."),
    "twice": _("The same question stands at number %(number)s of this file; it comes in once."),
    # Imported, with something left behind
    "lost": _("Not carried over: %(what)s."),
    "not_kept": _("Not carried over: %(what)s."),
    "markdown": _("Signs of Markdown stay as they were typed."),
    "feedback_not_kept": _("Feedback on accepted answers is not carried over; put it into the explanation."),
    "part_of_points": _("“%(text)s” earned a part of the points. It is not accepted here."),
    "star_not_kept": _("“%(text)s” has a star for any words. It is not accepted here: name what is right."),
    "case_of_letters": _("Capital and small letters made a difference. Here they make none."),
    "units_not_kept": _("Units are not carried over: %(units)s. Say in the question in what unit to answer."),
    "grading_of_order": _(
        "Parts earned points in another way. Here they go by neighbours that follow each other rightly."
    ),
    "became_single": _("Only one of several options was right: it became a single choice."),
    "weights_of_single": _("Other options earned or cost points. Here only the right one earns them."),
    "weights_of_several": _(
        "Its weights become the one rule used here: right options minus wrong ones, out of the right ones."
    ),
    "answer_explains": _("The model answer became the beginning of the explanation."),
    "no_rubric": _("It has no rubric yet. It needs one before it can be used."),
    "points_of_rubric": _("It is worth %(points)s points, as the lines of its rubric say."),
    "points_unknown": _("Points are whole numbers from 1 to 100; “%(text)s” is not, so look at them."),
    "difficulty_unknown": _("The difficulty “%(text)s” is not known: 1 easy, 2 medium, 3 hard."),
    "no_day": _("“%(text)s” is no day. Write it as 2026-03-01."),
    "name_not_kept": _("Its name “%(name)s” is too long to be its reference."),
    "name_taken": _("Its reference “%(name)s” is taken, so it comes in without one."),
    "no_passage": _("There is no passage “%(name)s” in the library."),
    "no_case": _("There is not exactly one case with the title “%(name)s”."),
    "same_stem": _(
        "The bank has a question with the same words and other answers. Look whether both are needed."
    ),
    # What a format cannot hold
    "no_ordering": _("GIFT has no questions to put in order."),
    "one_blank": _("Moodle's formats hold one blank in a question."),
    "no_dates": _("Moodle's formats hold no dates."),
    "arrow_in_text": _("GIFT would take the “->” in it for something else."),
    "our_own": _("passage, case and dates of checking"),
    "english": _("the English words"),
    "rubric": _("the rubric"),
    "own_true_false": _("its own words for right and wrong"),
}

PLACES: dict[str, Any] = {
    "line": _("line %(a)s"),
    "row": _("row %(a)s"),
    "sheet_row": _("sheet “%(a)s”, row %(b)s"),
    "table": _("table %(a)s, row %(b)s"),
    "paragraph": _("paragraph %(a)s"),
}


def in_words(message: Message) -> str:
    """One message about a question."""
    values = dict(message.values)
    if (what := values.get("what")) is not None:
        values["what"] = str((LOST if message.code == "lost" else PARTS).get(what, what))
    return str(SAID[message.code]) % values


def place_in_words(place: Sequence[Any]) -> str:
    a, b = (*place[1:], "")[:2]
    return str(PLACES[place[0]]) % {"a": a, "b": b}


def refusal_in_words(refused: FileRefused) -> str:
    return refused_in_words({"refused": refused.code, "values": refused.values})


def refused_in_words(counts: Mapping[str, Any]) -> str:
    """Why a whole file is not taken."""
    code, values = counts.get("refused", ""), counts.get("values", {})
    if code == "upload":
        return str(values.get("text", ""))
    if code == "workbook":
        return str(WORKBOOK_REFUSED.get(values.get("reason", ""), REFUSED["damaged"])) % {
            "sheet": "",
            "limit": "",
        }
    return str(REFUSED[code]) % values if code in REFUSED else say("The file could not be read.")
