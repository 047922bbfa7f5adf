"""Why time counted, and why not: each record of the ledger and what was said of it since, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from hours.clock import Refusal
from hours.families import Family, Piece
from hours.models import Source, Standing, StudyRecord
from people.models import Member


@dataclass(frozen=True)
class Stretch:
    """A stretch of time on the clock, with its length in words."""

    clock: str
    length: str


@dataclass(frozen=True)
class Change:
    """What was said of a record later: when, by whom, what, and why."""

    row: StudyRecord
    words: str
    by: Member | None
    reason: str
    added: list[Stretch] = field(default_factory=list)
    taken: list[Stretch] = field(default_factory=list)


def length(seconds: int) -> str:
    """Return a length of time in words: whole minutes, or seconds when there is no minute."""
    minutes = seconds // 60
    if minutes or not seconds:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


def stretch(begin: datetime, end: datetime) -> Stretch:
    """Say a stretch by the clock; with seconds when it is shorter than two minutes."""
    seconds = round((end - begin).total_seconds())
    style = "H:i" if seconds >= 120 else "H:i:s"
    clock = "–".join(date_format(localtime(moment), style) for moment in (begin, end))
    return Stretch(clock, length(seconds))


def stretches(pieces: Iterable[Piece]) -> list[Stretch]:
    return [stretch(begin, end) for begin, end in pieces]


def spans(value: Iterable[Any]) -> list[Stretch]:
    """The same for a multirange of the ledger."""
    return stretches((span.lower, span.upper) for span in value)


def quiet_stretches(row: StudyRecord) -> list[Stretch]:
    """When nobody seemed to be there."""
    return [
        stretch(datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(at + seconds, UTC))
        for at, seconds in row.evidence.get("quiet", ())
    ]


def seconds_in(value: Iterable[Any]) -> int:
    """The seconds in a multirange of the ledger."""
    return round(sum((span.upper - span.lower).total_seconds() for span in value))


def claimed_seconds(row: StudyRecord) -> int:
    """The seconds that a row would count if it were confirmed."""
    return seconds_in(row.claimed) + int(row.evidence.get("award") or 0)


def counted_because(family: Family, *, own: bool) -> list[str]:
    """
    Say why the record counts, or why it does not yet; one sentence after another.

    `own`: said to the member; otherwise to somebody who reads about the member.
    """
    row = family.first
    said = [*_what_happened(row, own=own), *_waited(row)]
    if row.award or row.evidence.get("award"):
        seconds = row.award or int(row.evidence["award"])
        said.append(_("The rule awards %(length)s for it.") % {"length": length(seconds)})
    if family.is_awaiting:
        said.append(
            _("%(length)s: counted when the branch has confirmed it.")
            % {"length": length(claimed_seconds(row))}
        )
    return said


def _what_happened(row: StudyRecord, *, own: bool) -> list[str]:
    if row.source in {Source.ONLINE, Source.OFFLINE}:
        return _read(row, own=own)
    words = {
        Source.IMPORT: _("Brought in from earlier records."),
        Source.QUIZ: _("A passed quiz."),
    }
    if own:
        words |= {
            Source.MEETING: _("You were on the roll of the meeting."),
            Source.VISIT: _("Study was brought to you; the visitor recorded it."),
            Source.PAPER: _("The return slip of your study pack."),
            Source.AUDIO: _("You were listening to a recording."),
        }
    else:
        words |= {
            Source.MEETING: _("On the roll of the meeting."),
            Source.VISIT: _("Study was brought to the member; the visitor recorded it."),
            Source.PAPER: _("The return slip of the study pack."),
            Source.AUDIO: _("A recording was listened to."),
        }
    if "sheet" in row.evidence:
        words[Source.MEETING] = _("A line of activity record %(number)s, which came back on paper.") % {
            "number": row.evidence["sheet"]
        }
    said = words.get(Source(row.source), "")
    if row.source == Source.PAPER and "packet" in row.evidence:
        said = _("On paper, pack no. %(number)s: %(said)s") % {"number": row.evidence["packet"], "said": said}
    return [text for text in (said, row.reason) if text]


def _read(row: StudyRecord, *, own: bool) -> list[str]:
    screens, media = int(row.evidence.get("screens") or 0), int(row.evidence.get("media") or 0)
    said = []
    if screens:
        said.append(_screens(screens, own=own))
    if media:
        said.append(_("%(length)s of the recording were played.") % {"length": length(media)})
    if not said and row.seconds:
        said.append(_("The lesson was open and somebody was there."))
    return said


def _screens(count: int, *, own: bool) -> str:
    if own:
        words = ngettext(
            "You were reading: %(count)d screen was shown, and silence was counted up to its reading time.",
            "You were reading: %(count)d screens were shown, "
            "and silence was counted up to their reading time.",
            count,
        )
    else:
        words = ngettext(
            "Reading: %(count)d screen was shown, and silence was counted up to its reading time.",
            "Reading: %(count)d screens were shown, and silence was counted up to their reading time.",
            count,
        )
    return words % {"count": count}


def _waited(row: StudyRecord) -> list[str]:
    """What is said of a record that waited on a device."""
    if row.source != Source.OFFLINE:
        return []
    arrived = date_format(localtime(row.received_at), "DATETIME_FORMAT")
    said = [_("Without a network; it waited on the device and arrived on %(moment)s.") % {"moment": arrived}]
    off = int(row.evidence.get("clock_off") or 0)
    if off:
        words = (
            _("The device's clock was %(length)s slow; it was put right.")
            if off > 0
            else _("The device's clock was %(length)s fast; it was put right.")
        )
        said.append(words % {"length": length(abs(off))})
    return said


def not_counted(family: Family) -> list[str]:
    """Say what of the record was not counted, and why: as it was told, and when it was confirmed."""
    found: dict[str, int] = dict(family.first.refused)
    if family.confirmation is not None:
        for why, seconds in family.confirmation.refused.items():
            found[why] = found.get(why, 0) + seconds
    said = [refusal(why, seconds) for why, seconds in sorted(found.items())]
    if family.first.source == Source.PAPER and family.first.evidence.get("beyond"):
        lost = length(int(family.first.evidence["beyond"]))
        words = _("%(length)s: beyond what these lessons can earn in a year. It is kept.")
        said.append(words % {"length": lost})
    if family.is_declined and family.confirmation is not None:
        lost = length(claimed_seconds(family.first))
        said.append(
            _("%(length)s: not confirmed. %(reason)s")
            % {"length": lost, "reason": family.confirmation.reason}
        )
    return said


def refusal(why: str, seconds: int) -> str:
    """Say why so many seconds were not counted."""
    texts = {
        Refusal.QUIET: _("%(length)s: nobody seemed to be there, longer than the screen takes to read."),
        Refusal.HIDDEN: _("%(length)s: the page was in the background."),
        Refusal.ELSEWHERE: _("%(length)s: already counted on another page or device, or at a meeting."),
        Refusal.CLOSED: _("%(length)s: the page was not open."),
        Refusal.LESSON_LIMIT: _("%(length)s: beyond what this lesson can earn in a year. It is kept."),
        Refusal.DAY_LIMIT: _("%(length)s: beyond what individual study can earn in a day. It is kept."),
        Refusal.CLAIMED: _("%(length)s: more than a minute in one report of the page."),
        Refusal.FUTURE: _("%(length)s: later than the clock of the server."),
        Refusal.OUTSIDE: _("%(length)s: before the page was opened."),
    }
    return texts[Refusal(why)] % {"length": length(seconds)}


def history(family: Family) -> list[Change]:
    """What was said of the record since, the earliest first."""
    rows = {row.pk: row for row in family.rows}
    return [_change(row, rows) for row in family.later]


def _change(row: StudyRecord, rows: dict[int, StudyRecord]) -> Change:
    settled = rows.get(row.settles_id) if row.settles_id else None
    if "also" in row.evidence:
        words, by = _also(row), None
    elif settled is not None:
        words, by = _settled(row, settled), row.recorded_by
    elif row.standing == Standing.AWAITING:
        words, by = _proposed(row), row.recorded_by
    else:
        words, by = _("Corrected: %(what)s.") % {"what": _what_changed(row)}, row.recorded_by
    return Change(row, words, by, row.reason, spans(row.counted), spans(row.taken))


def _also(row: StudyRecord) -> str:
    """A higher kind of study had the same minutes: they count there, and no longer here."""
    words = {
        Source.MEETING: _(
            "%(length)s of it are counted with the meeting at the same time, and so not twice."
        ),
        Source.VISIT: _("%(length)s of it are counted with the visit at the same time, and so not twice."),
    }.get(
        row.evidence["also"],
        _("%(length)s of it are counted with another record of the same time, and so not twice."),
    )
    return words % {"length": length(-row.seconds)}


def _settled(row: StudyRecord, settled: StudyRecord) -> str:
    if settled.source == Source.CORRECTION:
        if row.standing == Standing.DECLINED:
            return _("The proposed correction was not confirmed; nothing changes.")
        return _("The correction was confirmed: %(what)s.") % {"what": _what_changed(row)}
    if row.standing == Standing.DECLINED:
        return _("Not confirmed; it does not count.")
    return _("Confirmed: %(length)s count.") % {"length": length(row.seconds)}


def _proposed(row: StudyRecord) -> str:
    wanted = seconds_in(row.claimed) + int(row.evidence.get("award_to") or 0)
    if not wanted:
        return _("A correction is proposed: nothing of it should count. A second person has to confirm it.")
    times = _comma().join(found.clock for found in spans(row.claimed))
    said = _("A correction is proposed: %(length)s should count. A second person has to confirm it.")
    return " ".join([said % {"length": length(wanted)}, times]).strip()


def _comma() -> str:
    return pgettext("between the parts of a list", ", ")


def _what_changed(row: StudyRecord) -> str:
    said = []
    gone, come = seconds_in(row.taken) - min(0, row.award), seconds_in(row.counted) + max(0, row.award)
    if gone:
        said.append(_("%(length)s taken away") % {"length": length(gone)})
    if come:
        said.append(_("%(length)s added") % {"length": length(come)})
    blocked = row.refused.get(Refusal.ELSEWHERE, 0)
    if blocked:
        said.append(_("%(length)s not added, since they are counted elsewhere") % {"length": length(blocked)})
    return _comma().join(said) or _("nothing changes")
