"""The pages of Wagtail and its companions speak Chinese, whole and once."""

import json
import re

import pytest
from django.urls import reverse

from config.editor_messages import DOMAINS, EDITORS, editors_catalogue, lacking, main, missing
from config.prepare import compile_messages

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w+\}|</?[a-z][^>]*>")


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_word_of_the_packages_has_its_chinese(domain: str) -> None:
    assert [entry.msgid for entry in missing(domain)] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_editors_catalogue_repeats_nothing_that_a_package_says(domain: str) -> None:
    lacked = {(context, source) for context, source, _ in lacking(domain)}

    assert [e.msgid for e in editors_catalogue(domain) if (e.msgctxt, e.msgid) not in lacked] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_placeholders_and_tags_are_kept(domain: str) -> None:
    differing = []
    for entry in editors_catalogue(domain):
        text = entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
        if marks(text) not in (marks(entry.msgid), marks(entry.msgid_plural)):
            differing.append(entry.msgid)
    assert differing == []


def marks(text: str) -> list[str]:
    return sorted(mark.replace(" />", ">") for mark in PLACEHOLDER.findall(text))


def test_the_editors_scripts_are_given_both_catalogues(client) -> None:
    compile_messages(EDITORS)

    script = client.get(reverse("wagtailadmin_javascript_catalog")).content.decode()

    assert f'"Autosave in progress\\u2026": {json.dumps("正在自动保存…")}' in script
    assert f'"Main menu": {json.dumps("主菜单")}' in script


def test_without_the_editors_catalogue_its_words_are_printed(settings, capsys) -> None:
    settings.LOCALE_PATHS = [path for path in settings.LOCALE_PATHS if path != EDITORS]

    assert main("missing") == 1

    printed = capsys.readouterr().out
    assert 'msgid "Schedule to publish"\nmsgstr ""' in printed
    assert 'msgid "%(num)s min"\nmsgid_plural "%(num)s mins"\nmsgstr[0] ""' in printed
