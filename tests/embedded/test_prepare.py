import gettext
import os
from pathlib import Path

from config.prepare import compile_messages

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Module"
msgstr "专题"

#, fuzzy
msgid "Course"
msgstr "可能不对"
"""


def catalogue(folder: Path) -> Path:
    path = folder / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def test_translations_are_compiled_without_gettext_installed(tmp_path):
    path = catalogue(tmp_path)

    assert compile_messages(tmp_path) == 1

    with path.with_suffix(".mo").open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert words.gettext("Module") == "专题"
    assert words.gettext("Course") == "Course"
    assert {file.name for file in path.parent.iterdir()} == {"django.po", "django.mo"}


def test_only_what_is_newer_is_compiled_again(tmp_path):
    path = catalogue(tmp_path)
    compile_messages(tmp_path)

    assert compile_messages(tmp_path) == 0

    compiled = path.with_suffix(".mo").stat().st_mtime
    os.utime(path, (compiled + 5, compiled + 5))
    assert compile_messages(tmp_path) == 1
