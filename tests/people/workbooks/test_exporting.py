"""What an export shows, that nothing of it is evaluated, and that bringing it back changes nothing."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from people.models import (
    Affiliation,
    AuditEntry,
    HomeStudy,
    Member,
    Office,
    Organisation,
    Standing,
    WorkbookExport,
)
from people.workbooks.exporting import NotTheirsToExport, ask_for_export, remove_old
from people.workbooks.template import write_template
from tests.cast import LONG_AGO, give_office, make_member, moment
from tests.people.workbooks.books import AT, brought, said


def exported(organisation: Organisation, by: Member, form: str = "xlsx", language: str = "zh-hans") -> bytes:
    made = ask_for_export(organisation, by=by, at=AT, form=form, reason="换届准备", language=language)
    with made.file.open("rb") as file:
        return file.read()


def rows_of(content: bytes, sheet: str) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content)).worksheets[
        ["organisations", "members", "affiliations", "offices"].index(sheet)
    ].iter_rows(values_only=True))  # fmt: skip


def test_an_export_has_the_people_of_the_subtree_and_says_so_in_the_audit(
    leader: Member, county: Organisation, member: Member, branch: Organisation
) -> None:
    HomeStudy.objects.create(member=member, since=LONG_AGO, review_on=LONG_AGO)
    Standing.objects.create(member=member, aspect="membership", value="full", since=LONG_AGO)

    content = exported(county, leader)

    full = "柳溪县委/城关总支/柳溪社区支部"
    assert rows_of(content, "members")[2][:5] == ("lihui", "李慧", "Li Hui", "13900000001", None)
    assert rows_of(content, "members")[2][9] == full
    assert [row[0] for row in rows_of(content, "members")[1:]] == ["wangfang", "lihui"]
    assert len(rows_of(content, "offices")) == 2
    assert "居家" not in str([rows_of(content, kind) for kind in ("members", "affiliations")])
    told = AuditEntry.objects.get(action="export.people")
    assert (told.actor, told.organisation, told.reason) == (leader.key, county.key, "换届准备")
    assert told.details == {"form": "xlsx", "organisations": 3, "members": 2, "affiliations": 2, "offices": 1}


def test_nobody_exports_what_they_do_not_lead(
    leader: Member, secretary: Member, county: Organisation
) -> None:
    far = Organisation.objects.found(kind="committee", name="远县委")

    with pytest.raises(NotTheirsToExport):
        exported(far, leader)
    with pytest.raises(NotTheirsToExport):
        exported(county, secretary)

    assert not WorkbookExport.objects.exists()


@pytest.mark.parametrize("form", ["xlsx", "members"])
def test_nothing_in_an_export_is_evaluated(leader: Member, branch: Organisation, form: str) -> None:
    for n, name in enumerate(["=1+1", "+1", "-1", "@SUM(A1)", "'=x", "清空"]):
        make_member(f"evil{n}", branch, name=name)

    content = exported(branch, leader, form)

    if form == "members":
        names = [line.split(",")[1] for line in content.decode("utf-8-sig").splitlines()[2:]]
    else:
        names = [row[1] for row in rows_of(content, "members")[2:]]
    assert names == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "''=x", "'清空"]
    batch = brought(content, leader, "people.csv")
    assert (said(batch), batch.report["counts"]["members"]) == ([], {"same": 7})


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() and text == " ".join(text.split())
)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), language=st.sampled_from(["zh-hans", "en"]))
def test_bringing_an_export_back_changes_nothing(data: st.DataObject, language: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        _check_round_trip(data, language)
        transaction.set_rollback(True)


def _check_round_trip(data: st.DataObject, language: str) -> None:
    top = Organisation.objects.found(kind="committee", name="县委", sector="organ", level="county")
    leader = make_member("leader")
    give_office(leader, top, "secretary")
    branches = [
        Organisation.objects.found(
            kind="branch", name=f"{n}{data.draw(NAMES)}", under=top, external_code=f"B{n}" if n else "",
            sector=data.draw(st.sampled_from(["", "village", "window_unit"])), founded_on=date(2001, 7, 1),
        )
        for n in range(2)
    ]  # fmt: skip
    Affiliation.objects.create(member=leader, branch=branches[0], kind="home", since=LONG_AGO)
    for n in range(3):
        member = make_member(
            f"m{n}",
            data.draw(st.sampled_from(branches)),
            name=data.draw(NAMES),
            name_latin=data.draw(st.just("") | NAMES),
            phone=data.draw(st.none() | st.integers(10**6, 10**11).map(lambda i, n=n: f"+{i}{n}")),
            birth_year=data.draw(st.none() | st.integers(1900, 2020)),
        )
        if data.draw(st.booleans()):
            Standing.objects.create(member=member, aspect="work", value="retired", since=LONG_AGO)
        if data.draw(st.booleans()):
            Office.objects.create(member=member, organisation=branches[0], kind="deputy", since=LONG_AGO)
    content = exported(top, leader, language=language)

    batch = brought(content, leader)

    assert said(batch) + said(batch, "stop") == []
    counts = batch.report["counts"]
    assert {kind: set(count) for kind, count in counts.items()} == {kind: {"same"} for kind in counts}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_is_understood_and_has_lists_to_choose_from(leader: Member, language: str) -> None:
    file = io.BytesIO()
    with override(language):
        write_template(file)
    book = load_workbook(file)
    assert len(book.worksheets) == 5
    assert len(book.worksheets[1].data_validations.dataValidation) == 3
    book.worksheets[2].append(["t1", "张三", None, None, None, None, None, None, None, "柳溪社区支部"])
    filled = io.BytesIO()
    book.save(filled)

    batch = brought(filled.getvalue(), leader)

    assert (batch.report["problems"], batch.report["counts"]) == ([], {"members": {"add": 1}})


def test_exports_are_deleted_after_a_week(leader: Member, county: Organisation) -> None:
    exported(county, leader)
    made = WorkbookExport.objects.get()

    remove_old(moment("2026-03-17 09:00"))
    assert made.file.storage.exists(made.file.name)
    remove_old(moment("2026-03-17 11:00"))

    assert not made.file.storage.exists(made.file.name)
    assert not WorkbookExport.objects.exists()
