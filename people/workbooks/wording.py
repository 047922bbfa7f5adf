"""What is found in a workbook, in plain words and in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from people.models import Organisation
from people.workbooks.columns import KINDS, label
from people.workbooks.problems import Problem

REFUSED: dict[str, Any] = {
    "empty_file": _("The file is empty."),
    "not_a_workbook": _(
        "This is no workbook. Save it in Excel or WPS as .xlsx, or as .csv, and send it again."
    ),
    "damaged": _(
        "The file is damaged and cannot be read. Open it in Excel or WPS, save it anew as .xlsx "
        "and send it again."
    ),
    "old_or_locked": _(
        "This is a workbook of the old kind (.xls), or one with a password. Save it as "
        ".xlsx without a password."
    ),
    "locked": _("The workbook has a password. Save it without one and send it again."),
    "binary": _("This is a binary workbook (.xlsb). Save it as .xlsx and send it again."),
    "macros": _(
        "The workbook has macros. Nothing of them was run. Save it as .xlsx (without macros) and "
        "send it again."
    ),
    "bomb": _(
        "The file unpacks to far more than a table of people can hold, so it was not opened. Use the "
        "template and send it again."
    ),
    "entities": _(
        "The file declares entities, which no workbook needs, so it was not read. Save it anew "
        "as .xlsx and send it again."
    ),
    "too_many_rows": _(
        "The sheet “%(sheet)s” has more than %(limit)s rows. Divide it into several "
        "workbooks, one general branch or township each."
    ),
    "csv_broken": _(
        "Row %(row)s of the text file cannot be read: a quotation mark is not closed, or a cell is too long."
    ),
    "encoding": _("The text is neither UTF-8 nor GBK. Save it in Excel as “CSV UTF-8” and send it again."),
    "no_sheet_known": _(
        "No sheet was recognised. The headings have to stand in one of the first rows: "
        "take those of the template."
    ),
    "identity": _(
        "The workbook holds identity card numbers. They are not kept here: the file was deleted. "
        "Remove them and send it again."
    ),
    "not_checked": _("The check did not come to its end, and the file was deleted. Please send it again."),
}
"""Why a whole file was not taken, and what to do."""

PROBLEMS: dict[str, Any] = {
    # Of sheets and headings
    "links_ignored": _("The workbook refers to other files. They are not followed."),
    "hidden": _("This sheet is hidden and is not read. Show it if it is meant."),
    "sheet_unknown": _(
        "This sheet is not read: no headings of organisations, members, affiliations or "
        "offices were found in it."
    ),
    "column_missing": _("The column “%(column)s” is missing."),
    "column_unknown": _("The column “%(heading)s” is not known and is not read."),
    "column_twice": _("The column “%(heading)s” is there a second time. The first is read."),
    "identity_column": _(
        "This column is for identity card numbers. They are never kept here: remove the "
        "column. The file was deleted."
    ),
    # Of cells
    "missing": _("This has to be filled in."),
    "formula": _("There is a formula here. Write the value instead."),
    "error_value": _("Excel shows an error here. Write the value."),
    "too_long_for_a_cell": _("This cell holds more than a cell can hold."),
    "too_long": _("This is too long: at most %(most)s characters."),
    "rounded": _("Excel has rounded this long number. Format the column as text and write it again."),
    "identity_number": _(
        "This looks like an identity card number. It is never kept here: remove it. The file was deleted."
    ),
    "cannot_be_cleared": _("This cannot be emptied."),
    "number_form": _("“%(value)s” is no member number: letters a–z and digits only, at most 20."),
    "phone_form": _("This is no telephone number: digits only, 6 to 18, with a + in front for abroad."),
    "year_form": _("“%(value)s” is no year. Write it as 1968."),
    "year_range": _("The year %(value)s cannot be right."),
    "no_such_day": _("Excel has no day for this number. Write the date as 2026-03-01."),
    "no_such_date": _("There is no day %(value)s. Write the date as 2026-03-01."),
    "day_form": _("“%(value)s” is no date. Write it as 2026-03-01."),
    "day_order": _(
        "In “%(value)s” it is not clear which is the year, the month and the day. Write the "
        "date as 2026-03-01."
    ),
    "day_is_a_year": _("%(value)s is only a year. Write the whole date, as 2026-03-01."),
    "day_range": _("The date %(value)s cannot be right."),
    "not_in_list": _("“%(value)s” is not known here. Choose one of the list in the template."),
    # Of organisations
    "organisation_unknown": _(
        "There is no organisation “%(value)s” among yours. Write its code, or its full name from the top."
    ),
    "organisation_ambiguous": _(
        "Several organisations are called “%(value)s”. Write the full name from the top, or the code."
    ),
    "organisation_twice": _("This organisation is on row %(row)s already."),
    "organisation_alike": _(
        "This is taken for “%(value)s”, which is written a little differently. Give "
        "the code to change the name."
    ),
    "organisation_moves": _(
        "This organisation belongs to another one now. A workbook does not move it: use its own page."
    ),
    "organisation_not_yours": _("This organisation is changed by the one above it, not by you."),
    "no_parent": _("Say which organisation it belongs to: its code, or its full name from the top."),
    "kind_does_not_fit": _("%(kind)s cannot stand directly below %(below)s."),
    "kind_changes": _("The kind of an organisation that exists cannot be changed by workbook."),
    "too_deep": _("The tree does not go deeper than forty levels."),
    "cycle": _("This organisation would be below itself, by way of “%(value)s”."),
    "own_sector_line": _("An organisation cannot be its own sector line."),
    "other_code": _(
        "This organisation has the code %(value)s already. Leave the cell empty, or write that code."
    ),
    "code_twice": _("This code is on row %(row)s already."),
    "code_alike": _("There is nearly the same code already: %(value)s."),
    "code_elsewhere": _("This code belongs to an organisation that is not among yours."),
    # Of members
    "number_twice": _(
        "This member number is on row %(row)s of “%(sheet)s” already (capital letters, wide "
        "characters and blanks make no difference)."
    ),
    "member_elsewhere": _(
        "This number belongs to a member outside your organisations. Check the number, or ask for a transfer."
    ),
    "member_is_guest": _("This member is a guest here. Only the home branch changes the record."),
    "member_unknown": _(
        "There is no member with the number %(value)s, neither here nor on the sheet of members."
    ),
    "phone_twice": _("This telephone is on row %(row)s already."),
    "phone_alike": _("This telephone is nearly the one on row %(row)s."),
    "phone_taken": _("Another member has this telephone already."),
    "phone_not_wanted": _(
        "This member does not want a telephone kept here. It is left out; the rest of the row is taken."
    ),
    "name_twice": _("Row %(row)s has the same name in the same branch. Is it the same person?"),
    "name_known": _(
        "Somebody of this name is in this branch already, with the number %(number)s. Is it the same person?"
    ),
    "name_differs": _("The member with this number has another name. Is the number right?"),
    "no_home": _("Say to which branch this new member belongs."),
    "standing_missing": _("There is a date but no word beside it. Fill in both."),
    "other_home": _(
        "This member is at home in another branch. A workbook does not transfer: ask for a transfer."
    ),
    "since_differs": _(
        "The member belongs to this branch since %(since)s. Leave the cell empty, or write that date."
    ),
    "not_a_branch": _("“%(value)s” is no branch. Members belong to a branch or a general branch."),
    "not_its_group": _("“%(value)s” is no group of this branch."),
    # Of affiliations and offices
    "affiliation_twice": _("The same affiliation is on row %(row)s already."),
    "branch_differs": _(
        "On this day the member came to another branch. A workbook does not transfer: ask for a transfer."
    ),
    "ends_before_it_begins": _("It would end before it begins."),
    "two_homes": _("The member would have two homes at the same time. %(branch)s"),
    "two_hosts": _("The member would have two hosts at the same time. %(branch)s"),
    "office_twice": _("The same office is on row %(row)s already."),
    "office_held": _("The member holds this office there at that time already."),
    "office_not_yours": _("You do not give this office in this organisation."),
    "office_for_oneself": _("Nobody gives themself an office."),
}

STEPS: dict[str, Any] = {
    "reading": _("Opening the file"),
    "reading_rows": _("Reading rows"),
    "comparing": _("Comparing with what is there"),
    "organisations": _("Organisations"),
    "telephones": _("Telephones"),
    "members": _("Members"),
    "standings": _("Membership and work"),
    "affiliations": _("Affiliations"),
    "overlaps": _("Looking for two homes at a time"),
    "offices": _("Offices"),
    "preparing": _("Preparing rows"),
    "finishing": _("Finishing"),
    "depends": _("Looking what depends on it"),
    "undoing": _("Taking back"),
}

FAILURES: dict[str, Any] = {
    "changed_meanwhile": _(
        "Something has changed since the check, so nothing was written. Check again to see what."
    ),
    "depends": _("Something depends on this import now, so nothing was taken back."),
    "gone": _("The workbook is not there any more."),
    "not_yours": _("You do not lead this organisation any more, so nothing was exported."),
    "silent": _("The work was interrupted, so nothing was written. Please try again."),
    "unexpected": _(
        "Something went wrong on our side, so nothing was written. Please try again, and tell "
        "the administrator if it happens again."
    ),
}

WRITTEN: dict[str, Any] = {
    "organisations_added": _("Organisations added"),
    "organisations_changed": _("Organisations changed"),
    "renamed_added": _("Organisations renamed"),
    "members_added": _("Members added"),
    "members_changed": _("Members changed"),
    "telephones_changed": _("Telephones changed"),
    "standings_added": _("Standings added"),
    "standings_changed": _("Standings changed"),
    "affiliations_added": _("Affiliations added"),
    "affiliations_changed": _("Affiliations changed"),
    "offices_added": _("Offices added"),
    "offices_changed": _("Offices changed"),
}

KIND_TITLES: dict[str, Any] = {kind.code: kind.title for kind in KINDS.values()}

STATES: dict[str, Any] = {
    "add": _("to be added"),
    "change": _("to be changed"),
    "same": _("as it is"),
    "bad": _("wrong"),
    "waiting": _("depends on a wrong row"),
}


def filled(words: Any, params: Mapping[str, Any]) -> str:
    """Put the parameters into a sentence, the names of columns and kinds in the reader's language."""
    shown = dict(params)
    if "kind" in shown and "column" in shown:
        shown["column"] = KINDS[shown["kind"]].column(shown["column"]).heading
    if "below" in shown:
        shown["below"] = label(Organisation.Kind, shown["below"])
        shown["kind"] = label(Organisation.Kind, shown["kind"])
    text = str(words)
    return (text % shown if shown else text).strip()


def problem_in_words(problem: Problem) -> dict[str, Any]:
    """A problem as it is shown: where, and what to do."""
    severity, sheet, row, letter, code, params = problem
    return {
        "severity": severity,
        "sheet": sheet,
        "row": row,
        "column": letter,
        "text": filled(PROBLEMS[code], params),
    }


def refusal_in_words(report: Mapping[str, Any]) -> str:
    return filled(REFUSED[report["refused"]], report.get("params") or {})


def what_depends_in_words(name: str, count: int) -> str:
    """What hangs on an import, and how much of it."""
    if name == "signed_in":
        return say("Members who have signed in: %(count)s") % {"count": count}
    if name == "changed_since":
        return say("Rows that were changed since: %(count)s") % {"count": count}
    model = apps.get_model(name)
    return f"{model._meta.verbose_name}: {count}"
