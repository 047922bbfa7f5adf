"""
The editor's words: `python -m config.editor_messages missing`.

Editors work in the pages of Wagtail and its companions, whose own Chinese is incomplete. site/locale-editor
holds what they lack and nothing else; `missing` prints what has no Chinese anywhere, ready to be added there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib

EDITORS = Path(__file__).resolve().parents[1] / "locale-editor"
DOMAINS = ("django", "djangojs")

Key = tuple[str | None, str, bool]
"""Context, source, and whether the source has a plural: Django keeps the two apart."""


def lacking(domain: str) -> dict[Key, polib.POEntry]:
    """Every source string of the installed packages for which none of them brings Chinese."""
    folders = _folders(domain)
    known: set[Key] = set()
    for folder in folders.values():
        compiled = _catalogue(folder, "zh_Hans", domain).with_suffix(".mo")
        if compiled.exists():
            known |= _said(polib.mofile(str(compiled)))
    found: dict[Key, polib.POEntry] = {}
    for package, folder in folders.items():
        for source in _sources(folder, domain):
            if _key(source) in known or (source.msgctxt, source.msgid, True) in known:
                continue
            blank = polib.POEntry(
                msgctxt=source.msgctxt, msgid=source.msgid, msgid_plural=source.msgid_plural,
                msgstr_plural={0: ""} if source.msgid_plural else {},
            )  # fmt: skip
            found.setdefault(_key(source), blank).occurrences.append((package, ""))
    return found


def missing(domain: str) -> list[polib.POEntry]:
    """What the packages lack and our catalogues do not say either."""
    from django.conf import settings

    ours: set[Key] = set()
    for folder in settings.LOCALE_PATHS:
        path = _catalogue(Path(folder), "zh_Hans", domain)
        if path.exists():
            ours |= _said(polib.pofile(str(path)))
    return [entry for key, entry in lacking(domain).items() if key not in ours]


def editors_catalogue(domain: str) -> polib.POFile:
    return polib.pofile(str(_catalogue(EDITORS, "zh_Hans", domain)))


def _folders(domain: str) -> dict[str, Path]:
    """By package, where Django looks; the editor's scripts are given Wagtail's own words only."""
    import django.conf
    from django.apps import apps

    places = {"django.conf": Path(django.conf.__file__).parent}
    places |= {app.name: Path(app.path) for app in apps.get_app_configs()}
    if domain == "djangojs":
        places = {"wagtail.admin": places["wagtail.admin"]}
    return {name: place / "locale" for name, place in places.items() if (place / "locale").exists()}


def _sources(folder: Path, domain: str) -> list[polib.POEntry]:
    # django_filters keeps no English list, and its Chinese where Django 5 does not look for it.
    for language in ("en", "zh_CN"):
        path = _catalogue(folder, language, domain)
        if path.exists():
            return [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    raise LookupError(f"{folder} has no list of source strings.")


def _catalogue(folder: Path, language: str, domain: str) -> Path:
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


def _said(catalogue: polib.POFile | polib.MOFile) -> set[Key]:
    return {_key(entry) for entry in catalogue.translated_entries()}


def _key(entry: polib.POEntry | polib.MOEntry) -> Key:
    return entry.msgctxt, entry.msgid, bool(entry.msgid_plural)


def main(act: str) -> int:
    if act != "missing":
        print(__doc__)
        return 2
    import django

    django.setup()
    absent = 0
    for domain in DOMAINS:
        for entry in missing(domain):
            absent += 1
            print(f"# {domain}.po\n{entry}")
    if not absent:
        print("every word of the editor's pages has its Chinese")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
