"""What is kept of people is in the inventory, field by field; all else about rights follows from it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import override

from people.holdings import BEGIN, about_content, as_table, everything_held, with_table
from people.keeping import OnErasure
from people.models import Member
from people.own_data import own_data
from people.slots import entries_told

LISTED = {
    "people.AuditEntry",  # members by their opaque key, without a foreign key
    "people.SignInTry",
    "people.ImportedRow",
    "sessions.Session",
    "django_tasks_database.DBTaskResult",
}
"""Personal without a foreign key that leads to a member."""

ABOUT_TABLES = {"django_tasks_database.DBTaskResult": {"args_kwargs"}, "sessions.Session": None}
"""Models of packages of which only these fields hold anything of people (None: all)."""


def models_with_people() -> dict[str, type[models.Model]]:
    """Every model with a path to a member that does not lead through something that was written for all."""
    every = {model._meta.label: model for model in apps.get_models()}
    found = {"people.Member": Member, **{label: every[label] for label in LISTED}}
    while True:
        more = {
            label: model
            for label, model in every.items()
            if label not in found and any(leads_to(field, found) for field in model._meta.local_fields)
        }
        if not more:
            return found
        found |= more


def leads_to(field: models.Field, found: dict[str, type[models.Model]]) -> bool:
    return (
        field.is_relation
        and field.related_model is not None
        and not (field.remote_field.parent_link)
        and field.related_model._meta.label in found
        and field.related_model._meta.label not in about_content()
    )


def personal_fields(label: str, model: type[models.Model]) -> set[str]:
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    if label in about_content():
        return {f.name for f in fields if f.is_relation and f.related_model is Member}
    if ABOUT_TABLES.get(label) is not None:
        return ABOUT_TABLES[label]
    own_key = {"id"} if model is not Member else {"id", "key"} - {"key"}
    return {f.name for f in fields} - own_key


def test_every_field_with_personal_data_is_in_the_inventory() -> None:
    listed: dict[str, set[str]] = {}
    for held in everything_held():
        listed.setdefault(held.model, set()).update(held.fields)

    missing = {
        f"{label}.{name}"
        for label, model in models_with_people().items()
        for name in personal_fields(label, model) - listed.get(label, set())
    }

    assert sorted(missing) == []


def test_a_new_field_of_a_member_would_be_missed(monkeypatch) -> None:
    extra = models.CharField(max_length=5, name="nickname")
    fields = [*Member._meta.local_fields, extra]
    monkeypatch.setattr(Member._meta, "local_fields", fields)

    with pytest.raises(AssertionError, match=r"people\.Member\.nickname"):
        test_every_field_with_personal_data_is_in_the_inventory()


def test_what_the_inventory_names_is_there() -> None:
    unknown = []
    for held in everything_held():
        for name in {*held.fields, *held.columns}:
            try:
                held.source._meta.get_field(name)
            except FieldDoesNotExist:
                unknown.append(f"{held.model}.{name}")

    assert unknown == []


def test_every_entry_says_what_for_how_long_and_who_sees_it() -> None:
    for held in everything_held():
        for words in (held.what, held.purpose, held.basis, held.keeping.words, held.seen_by):
            assert str(words).strip(), held.model
        assert held.member or held.why_not_shown, held.model


@pytest.mark.django_db
def test_my_data_walks_all_models_and_leaves_none_out(member) -> None:
    sections = {section.key for section in own_data(member)}
    told = entries_told()

    left_out = [
        held.key
        for held in everything_held()
        if not held.why_not_shown
        and held.key not in told
        and held.key not in sections
        and held.key != "people.member.pk"
    ]

    assert left_out == []
    assert told == {
        "hours.studyrecord",
        "hours.studyclock",
        "hours.objection",
        "hours.objectionanswer.objection__member",
        "quizzes.attempt",
        "quizzes.answer.attempt__member",
        "quizzes.mark.attempt__member",
        "quizzes.checked.attempt__member",
        "quizzes.givenpoints.attempt__member",
        "quizzes.timeextension",
        "programmes.lessonreached",
    }
    assert {
        "people.member",
        "hours.studyrecord",
        "quizzes.attempt",
        "quizzes.answer",
        "quizzes.mark",
        "programmes.lessonreached",
        "people.auditentry.subject",
    } <= sections


def test_no_two_entries_tell_the_same_rows() -> None:
    keys = [held.key for held in everything_held() if held.member and held.key != "people.member.pk"]

    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


def test_what_is_dropped_on_erasure_is_found_by_its_member() -> None:
    for held in everything_held():
        if held.on_erasure in {OnErasure.DROP, OnErasure.END}:
            assert held.member, held.model


def test_what_the_night_drops_has_a_moment_and_a_length() -> None:
    ours = {held.key: held.keeping.length() for held in everything_held() if held.keeping.is_ours}

    assert ours == {
        "courses.errorreport": timedelta(days=5 * 365),
        "people.correctionrequest": timedelta(days=5 * 365),
        "people.erasure": timedelta(days=5 * 365),
        "people.onetimecode": timedelta(days=30),
        "people.studycard": timedelta(days=365),
        "jobs.job.asked_by": timedelta(days=30),
        "wagtailadmin.formstate.user": timedelta(days=30),
        "wagtailadmin.editingsession.user": timedelta(days=1),
        "quizzes.answer.attempt__member": timedelta(days=2 * 365),
        "quizzes.checked.attempt__member": timedelta(days=2 * 365),
        "quizzes.givenpoints.attempt__member": timedelta(days=2 * 365),
        "quizzes.itemresult.attempt__member": timedelta(days=2 * 365),
    }


def test_the_document_has_the_inventory_of_today() -> None:
    document = (Path(settings.ROOT) / "docs" / "data-protection.md").read_text("utf-8")

    assert "## What is kept" in document
    assert BEGIN in document
    assert with_table(document) == document, "run manage.py write_inventory"


def test_the_table_is_english_whatever_the_reader_speaks() -> None:
    with override("zh-hans"):
        assert as_table().startswith("| what | fields | purpose |")
        assert "| Year of birth | `people.Member`: `birth_year` |" in as_table()


@pytest.mark.django_db
def test_every_heading_of_my_data_has_words_in_both_languages(member) -> None:
    plain = [
        f"{section.key}.{column.key}"
        for section in own_data(member)
        for column in section.columns
        if not isinstance(column.label, Promise)
    ]

    assert plain == []
