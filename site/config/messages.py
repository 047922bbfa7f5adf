"""
Translations: `python -m config.messages update|check`.

Source strings are English. `update` gathers them from code and templates into the Chinese catalogue and keeps
what is translated; `check` fails when one is missing. No gettext tools needed; config.prepare compiles.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "site" / "locale"
CATALOGUE = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
ROOMS = (
    "people",
    "paper",
    "sources",
    "intake",
    "jobs",
    "hours",
    "quizzes",
    "courses",
    "programmes",
    "meetings",
    "outreach",
    "reports",
    "site",
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

Message = tuple[str | None, str, str | None, str]
"""Context, source, plural source, and where it was found."""


def messages() -> Iterator[Message]:
    """Every source string of our own code and templates."""
    from babel.messages.extract import extract
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure(USE_I18N=True)
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*")):
            if file.suffix not in {".py", ".html", ".txt"} or "migrations" in file.parts:
                continue
            code = file.read_text("utf-8")
            if file.suffix != ".py":
                # Python's tokeniser minds indentation, of which a template has its own.
                code = "\n".join(line.strip() for line in templatize(code, origin=str(file)).split("\n"))
            where = str(file.relative_to(ROOT))
            found = extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS)
            for _line, message, _comments, context in found:
                single, plural = message if isinstance(message, tuple) else (message, None)
                if single:
                    yield context, single, plural, where


def update() -> polib.POFile:
    """Write the catalogue anew: today's strings, with the translations known so far."""
    known = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hans",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    entries: dict[tuple[str | None, str], polib.POEntry] = {}
    for context, single, plural, where in messages():
        entry = entries.get((context, single))
        if entry is None:
            old = known.get((context, single))
            entry = polib.POEntry(msgctxt=context, msgid=single, msgstr=old.msgstr if old else "")
            entries[context, single] = entry
        if plural and not entry.msgid_plural:
            old = known.get((context, single))
            entry.msgid_plural = plural
            entry.msgstr_plural = old.msgstr_plural if old and old.msgstr_plural else {0: ""}
            entry.msgstr = ""
        if (where, "") not in entry.occurrences:
            entry.occurrences.append((where, ""))
    catalogue.extend(entries[key] for key in sorted(entries, key=lambda key: (key[1], key[0] or "")))
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    return catalogue


def missing() -> list[str]:
    """Source strings that have no Chinese translation, and translations whose placeholders differ."""
    known = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}
    faults = []
    for context, single, plural, where in messages():
        entry = known.get((context, single))
        text = entry and (entry.msgstr_plural.get(0, "") if plural else entry.msgstr)
        if not text:
            faults.append(f"not translated: {single!r} ({where})")
        elif _placeholders(text) - _placeholders(f"{single} {plural or ''}"):
            faults.append(f"other placeholders: {single!r} ({where})")
    return sorted(set(faults))


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def main(act: str) -> int:
    if act == "update":
        catalogue = update()
        print(f"{len(catalogue)} strings, {len(catalogue.untranslated_entries())} not translated")
    elif act == "check":
        faults = missing()
        print("\n".join(faults) or "every string is translated")
        return 1 if faults else 0
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
