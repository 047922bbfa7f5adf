"""Forms of the marking desk: points for an answer, a corrected key, and the decision about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes.hand_marking import LONGEST_COMMENT, lines_of
from quizzes.keys import IN_PARTS, check_key, key_of
from quizzes.models import GivenPoints, Question, in_reader_language
from quizzes.regrading import LONGEST_REASON

Kind = Question.Kind

MOST_BUTTONS = 10
"""A line worth more points than this takes a number instead of a row of buttons."""


class PointsForm(forms.Form):
    """Points for each line of the rubric, and words for the member."""

    def __init__(
        self, *args: Any, content: Mapping[str, Any], last: GivenPoints | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines_of(content)
        given = last.lines if last and len(last.lines) == len(self.lines) else [None] * len(self.lines)
        for number, (line, points) in enumerate(zip(self.lines, given, strict=True)):
            self.fields[f"line_{number}"] = self._field(line, points)
        self.fields["comment"] = forms.CharField(
            label=_("Words for the member"),
            help_text=_("Shown with the result. Nobody is told who wrote them."),
            required=False,
            max_length=LONGEST_COMMENT,
            initial=last.comment if last else "",
            widget=forms.Textarea({"rows": 3}),
        )
        self.fields["seen"] = forms.IntegerField(initial=last.pk if last else 0, widget=forms.HiddenInput)
        if last:
            self.fields["lets_pass_fall"] = forms.BooleanField(
                label=_("Let a pass fall"),
                help_text=_("Otherwise an attempt that was passed stays passed, also with fewer points."),
                required=False,
            )

    @staticmethod
    def _field(line: Mapping[str, Any], points: int | None) -> forms.Field:
        label = in_reader_language(line["text"], line["text_en"]) or _("Points")
        most = line["points"]
        if most > MOST_BUTTONS:
            return forms.IntegerField(
                label=label,
                initial=points,
                min_value=0,
                max_value=most,
                help_text=_("From 0 to %(most)s") % {"most": most},
            )
        choices = [(number, str(number)) for number in range(most + 1)]
        return forms.TypedChoiceField(
            label=label, initial=points, choices=choices, coerce=int, widget=forms.RadioSelect
        )

    def given(self) -> dict[str, Any]:
        """What the act takes."""
        told = self.cleaned_data
        return {
            "lines": [told[f"line_{number}"] for number in range(len(self.lines))],
            "comment": told["comment"],
            "seen": told["seen"],
            "lets_pass_fall": told.get("lets_pass_fall", False),
        }


class KeyForm(forms.Form):
    """The key of a question: right options, accepted words, the right order, or what belongs together."""

    def __init__(self, *args: Any, content: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content, self.now = content, key_of(content)
        match content["kind"]:
            case Kind.FILL_IN:
                self._add_blanks()
            case Kind.ORDERING:
                self._add_places()
            case Kind.MATCHING:
                self._add_pairs()
            case _:
                self._add_options()
        if content["kind"] in IN_PARTS:
            self.fields["partial"] = forms.BooleanField(
                label=_("points for parts"), required=False, initial=self.now["partial"]
            )

    def _options(self) -> list[tuple[str, str]]:
        return [
            (row["key"], in_reader_language(row["text"], row["text_en"])) for row in self.content["options"]
        ]

    def _add_options(self) -> None:
        several = self.content["kind"] == Kind.MULTIPLE_CHOICE
        self.fields["right"] = forms.MultipleChoiceField(
            label=_("Right options"),
            choices=self._options(),
            initial=self.now["correct"],
            widget=forms.CheckboxSelectMultiple,
            help_text="" if several else _("When you mark several, each of them is right."),
        )

    def _add_blanks(self) -> None:
        for number, blank in enumerate(self.now["blanks"]):
            told = {"number": number + 1}
            self.fields[f"accepted_{number}"] = _lines(
                _("Blank %(number)s: accepted in Chinese") % told, blank["accepted"], required=True
            )
            self.fields[f"accepted_en_{number}"] = _lines(
                _("Blank %(number)s: accepted in English") % told, blank.get("accepted_en") or []
            )
            if blank["kind"] == "number":
                self.fields[f"tolerance_{number}"] = forms.DecimalField(
                    label=_("Blank %(number)s: a number may differ by") % told,
                    initial=blank.get("tolerance"),
                    required=False,
                    min_value=0,
                    max_digits=12,
                    decimal_places=4,
                )

    def _add_places(self) -> None:
        options = dict(self._options())
        places = [(number, str(number)) for number in range(1, len(options) + 1)]
        for number, key in enumerate(self.now["correct"]):
            self.fields[f"place_{key}"] = forms.TypedChoiceField(
                label=options[key], choices=places, initial=number + 1, coerce=int
            )

    def _add_pairs(self) -> None:
        matches = [
            (row["key"], in_reader_language(row["text"], row["text_en"])) for row in self.content["matches"]
        ]
        for (key, text), right in zip(self._options(), self.now["correct"], strict=True):
            self.fields[f"pair_{key}"] = forms.ChoiceField(label=text, choices=matches, initial=right)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.content["kind"] == Kind.ORDERING and not self.errors:
            places = [cleaned[f"place_{key}"] for key in self.now["correct"]]
            if len(set(places)) != len(places):
                raise forms.ValidationError(_("Each place is taken once. Please give every row its own."))
        return cleaned

    def key(self) -> dict[str, Any]:
        """
        The key as it was filled in.

        :raises NotAKey: when it is none of this question.
        """
        told = self.cleaned_data
        options = [row["key"] for row in self.content["options"]]
        key: dict[str, Any] = {"partial": told["partial"]} if "partial" in self.fields else {}
        match self.content["kind"]:
            case Kind.FILL_IN:
                key["blanks"] = [self._blank(number) for number in range(len(self.now["blanks"]))]
            case Kind.ORDERING:
                key["correct"] = sorted(options, key=lambda one: told[f"place_{one}"])
            case Kind.MATCHING:
                key["correct"] = [told[f"pair_{one}"] for one in options]
            case _:
                key["correct"] = [one for one in options if one in told["right"]]
        check_key(self.content, key)
        return key

    def _blank(self, number: int) -> dict[str, Any]:
        told, blank = self.cleaned_data, self.now["blanks"][number]
        tolerance = told.get(f"tolerance_{number}")
        return blank | {
            "accepted": _words(told[f"accepted_{number}"]),
            "accepted_en": _words(told[f"accepted_en_{number}"]),
            "tolerance": f"{tolerance.normalize():f}" if tolerance else None,
        }


def _lines(label: str, words: list[str], *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=_("One a line"),
        initial="\n".join(words),
        required=required,
        max_length=2000,
        widget=forms.Textarea({"rows": max(2, len(words) + 1)}),
    )


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class DecisionForm(forms.Form):
    """Why a key is corrected, and whether passes may fall by it."""

    reason = forms.CharField(
        label=gettext_lazy("Why the key is corrected"),
        help_text=gettext_lazy("Members whose result changes read this."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
    )
    lets_passes_fall = forms.BooleanField(
        label=gettext_lazy("Passes that the new key does not give shall fall"),
        help_text=gettext_lazy("Otherwise who has passed stays passed. Study time that was earned stays."),
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
