"""
What each office sees of a member, kind of data by kind of data: the table of docs/data-protection.md.

`test_data_by_office.py` opens the real pages as each viewer and looks for each fact.
"""

from __future__ import annotations

from dataclasses import dataclass

from people.models import Office

IDENTITY = "identity"
TELEPHONE = "telephone"
ARRANGEMENT = "arrangement"
COMPLETION = "completion"
HOURS = "hours"
RECORDED_BY_HOST = "recorded by the host"
SCORES = "scores"
ANSWERS = "answers"
COUNTS = "counts"

DATA: dict[str, str] = {
    IDENTITY: "name, branch",
    TELEPHONE: "telephone",
    ARRANGEMENT: "that the member studies at home",
    COMPLETION: "which lessons are done",
    HOURS: "every row of hours, and their total",
    RECORDED_BY_HOST: "the rows of hours that the host branch recorded",
    SCORES: "results of quizzes",
    ANSWERS: "the answers given in a quiz",
    COUNTS: "counts of the branch, without names",
}
"""The rows: what is kept of a member, in words."""


@dataclass(frozen=True)
class Viewer:
    """
    A column. `place`: where the office is held; "" for the member and for those without office. `mobile`: the
    column tells what is seen of a member who is with a host branch. `assigned`: as a visitor of the member.
    """

    place: str
    kind: str = ""
    mobile: bool = False
    assigned: bool = False


_K = Office.Kind

VIEWERS: dict[str, Viewer] = {
    "the member": Viewer("", mobile=True),
    "colleague without office": Viewer("", "colleague"),
    "own branch: secretary": Viewer("branch", _K.SECRETARY),
    "own branch: deputy": Viewer("branch", _K.DEPUTY),
    "own branch: committee member": Viewer("branch", _K.COMMITTEE_MEMBER),
    "own branch of a mobile member: secretary": Viewer("branch", _K.SECRETARY, mobile=True),
    "own branch of a mobile member: committee member": Viewer("branch", _K.COMMITTEE_MEMBER, mobile=True),
    "own group: leader": Viewer("group", _K.GROUP_LEADER),
    "above: secretary of the general branch": Viewer("general_branch", _K.SECRETARY),
    "above: committee member of the general branch": Viewer("general_branch", _K.COMMITTEE_MEMBER),
    "above: secretary of the county": Viewer("county", _K.SECRETARY),
    "above, of a mobile member: secretary of the county": Viewer("county", _K.SECRETARY, mobile=True),
    "host branch: secretary": Viewer("other_branch", _K.SECRETARY, mobile=True),
    "host branch: deputy": Viewer("other_branch", _K.DEPUTY, mobile=True),
    "host branch: committee member": Viewer("other_branch", _K.COMMITTEE_MEMBER, mobile=True),
    "visitor of the member": Viewer("branch", _K.VISITOR, assigned=True),
    "visitor of others": Viewer("branch", _K.VISITOR),
    "observer of the territory": Viewer("county", _K.OBSERVER),
    "observer of the sector": Viewer("sector", _K.OBSERVER),
    "editor": Viewer("county", _K.EDITOR),
    "reviewer": Viewer("county", _K.REVIEWER),
    "system administrator": Viewer("county", _K.SYSTEM_ADMINISTRATOR),
    "audit administrator": Viewer("county", _K.AUDIT_ADMINISTRATOR),
    "security administrator": Viewer("county", _K.SECURITY_ADMINISTRATOR),
    "secretary of another branch": Viewer("other_branch", _K.SECRETARY),
}
"""The columns: who looks."""

_HOURS = {HOURS, RECORDED_BY_HOST}
_COMMITTEE = {IDENTITY, ARRANGEMENT, COMPLETION, COUNTS, *_HOURS}
_ABOVE = {IDENTITY, COMPLETION, COUNTS, *_HOURS}
_HOST = {IDENTITY, COMPLETION, RECORDED_BY_HOST}
_RESULTS = {SCORES, ANSWERS}

SEEN: dict[str, set[str]] = {
    "the member": set(DATA) - {COUNTS},
    "colleague without office": set(),
    "own branch: secretary": _COMMITTEE | _RESULTS | {TELEPHONE},
    "own branch: deputy": _COMMITTEE | _RESULTS | {TELEPHONE},
    "own branch: committee member": _COMMITTEE,
    "own branch of a mobile member: secretary": _COMMITTEE | {TELEPHONE},
    "own branch of a mobile member: committee member": _COMMITTEE,
    "own group: leader": {IDENTITY, COMPLETION, COUNTS},
    "above: secretary of the general branch": _ABOVE | _RESULTS | {TELEPHONE},
    "above: committee member of the general branch": _ABOVE,
    "above: secretary of the county": _ABOVE | _RESULTS | {TELEPHONE},
    "above, of a mobile member: secretary of the county": _ABOVE | {TELEPHONE},
    "host branch: secretary": _HOST | {TELEPHONE},
    "host branch: deputy": _HOST | {TELEPHONE},
    "host branch: committee member": _HOST,
    "visitor of the member": {IDENTITY, TELEPHONE, ARRANGEMENT, COMPLETION},
    "visitor of others": set(),
    "observer of the territory": {COUNTS},
    "observer of the sector": {COUNTS},
    "editor": set(),
    "reviewer": set(),
    "system administrator": set(),
    "audit administrator": set(),
    "security administrator": {IDENTITY},
    "secretary of another branch": set(),
}
"""The cells. A group leader's counts are those of the group; the host's own counts leave guests out."""

IN_THE_ADMINISTRATION = {("security administrator", IDENTITY)}
"""Cells that show in the administration and on no page here."""


def as_markdown() -> str:
    """The table as it stands in the documentation: one line for each viewer."""
    head = ["who looks", *DATA.values()]
    lines = [head, ["---", *["---"] * len(DATA)]]
    lines += [[viewer, *("yes" if data in SEEN[viewer] else "–" for data in DATA)] for viewer in VIEWERS]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
