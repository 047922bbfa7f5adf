"""What an import adds and changes, whom it may touch, and how it is taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.timezone import now
from django.utils.translation import override

from jobs.models import Job
from jobs.work import Running, close_silent_jobs
from people.consents import keep_telephone, withdraw
from people.models import (
    Affiliation,
    AuditEntry,
    ImportBatch,
    Member,
    Office,
    Organisation,
    OrganisationState,
)
from people.workbooks.importing import NotReady, confirm, remove_old
from people.workbooks.undoing import take_back
from tests.cast import make_member, moment
from tests.people.workbooks.books import AT, brought, said, written, xlsx

PEOPLE = ["编号", "姓名", "手机", "支部", "起始日期"]
PLACES = ["组织代码", "上级党组织", "名称", "类型"]


def problems(batch: ImportBatch) -> list[tuple[Any, ...]]:
    return [tuple(problem[1:5]) for problem in batch.report["problems"] if problem[0] != "warning"]


def test_a_whole_county_comes_in_one_workbook(leader: Member, county: Organisation) -> None:
    batch = written(
        xlsx(
            {
                "党组织": [
                    PLACES,
                    ["B1", "Z1", "一支部", "党支部"],
                    ["Z1", "柳溪县委", "新总支", "党总支"],
                    [None, "柳溪县委/新总支/一支部", "一小组", "党小组"],
                ],
                "党员": [["编号", "姓名"], ["n1", "赵一"]],
                "组织关系": [
                    ["编号", "类型", "支部", "小组", "起始日期"],
                    ["n1", "组织关系", "B1", "一小组", "2024-05-01"],
                ],
                "职务": [["编号", "党组织", "职务", "任职日期"], ["n1", "一支部", "书记", "2025-01-01"]],
            }
        ),
        leader,
    )

    assert said(batch) == []
    branch = Organisation.objects.get(external_code="B1")
    assert (branch.parent.name, branch.parent.parent) == ("新总支", county)
    assert (
        OrganisationState.objects.filter(organisation=branch, parent=branch.parent, until=None).count() == 1
    )
    member = Member.objects.get(number="n1")
    home = Affiliation.objects.get(member=member)
    assert (home.branch, home.group.name, home.since) == (branch, "一小组", date(2024, 5, 1))
    office = Office.objects.get(member=member)
    assert (office.kind, office.organisation, office.given_by) == ("secretary", branch, leader)


def test_an_empty_cell_leaves_and_the_word_clears(
    leader: Member, member: Member, branch: Organisation
) -> None:
    rows = [["编号", "姓名", "手机", "姓名拼音"], ["lihui", "李慧慧", None, "清空"]]

    batch = written(xlsx({"党员": rows}), leader)

    member.refresh_from_db()
    assert (member.name, member.phone, member.name_latin) == ("李慧慧", "13900000001", "")
    assert batch.report["written"] == {"members_changed": 1}
    told = AuditEntry.objects.get(action="import.member_changed")
    assert (told.subject, told.details) == (member.key, {"fields": ["name", "name_latin"]})
    take_back(batch, by=leader, at=AT)
    member.refresh_from_db()
    assert (member.name, member.phone, member.name_latin) == ("李慧", "13900000001", "Li Hui")


def test_a_member_elsewhere_is_reported_without_where_or_who(leader: Member, branch: Organisation) -> None:
    far = Organisation.objects.found(kind="committee", name="远县委")
    far_branch = Organisation.objects.found(kind="branch", name="远支部", under=far)
    make_member("far1", far_branch, name="远人", phone="13700000009")
    rows = [
        PEOPLE,
        ["far1", "张三", None, "柳溪社区支部", None],
        ["new1", "李四", "13700000009", "柳溪社区支部", None],
        ["new2", "王五", None, "远县委/远支部", None],
    ]

    with override("en"):
        batch = brought(xlsx({"党员": rows}), leader)
        words = said(batch)

    assert problems(batch) == [
        ("党员", 2, "A", "member_elsewhere"),
        ("党员", 3, "C", "phone_taken"),
        ("党员", 4, "D", "organisation_unknown"),
    ]
    assert "远人" not in str(words)
    assert Member.objects.filter(number__startswith="new").count() == 0


@pytest.mark.parametrize(
    ("kind", "place", "code"),
    [
        ("书记", "柳溪县委", "office_not_yours"),
        ("编辑", "柳溪县委", "not_in_list"),
        ("系统管理员", "柳溪县委", "not_in_list"),
        ("书记", "柳溪社区支部", None),
        ("党小组长", "柳溪社区支部", "office_not_yours"),
    ],
)
def test_only_such_offices_as_the_importer_gives(
    leader: Member, member: Member, kind: str, place: str, code: str | None
) -> None:
    rows = [["编号", "党组织", "职务", "任职日期"], ["lihui", place, kind, "2026-01-01"]]

    batch = brought(xlsx({"职务": rows}), leader)

    assert [found[3] for found in problems(batch)] == ([code] if code else [])
    assert not Office.objects.filter(member=member).exists()


def test_a_cycle_and_what_hangs_on_it(leader: Member) -> None:
    rows = [
        PLACES,
        ["A", "B", "甲总支", "党总支"],
        ["B", "A", "乙总支", "党总支"],
        ["C", "A", "丙支部", "党支部"],
    ]
    people = [["编号", "姓名", "支部"], ["n1", "赵一", "C"]]

    batch = brought(xlsx({"党组织": rows, "党员": people}), leader)

    assert problems(batch) == [("党组织", 2, "B", "cycle"), ("党组织", 3, "B", "cycle")]
    assert batch.report["waiting"] == {"党组织": [4], "党员": [2]}


def test_two_homes_at_a_time_are_refused(leader: Member, member: Member, other_branch: Organisation) -> None:
    rows = [["编号", "类型", "支部", "起始日期"], ["lihui", "home", "东山村支部", "2026-01-01"]]

    batch = brought(xlsx({"组织关系": rows}), leader)

    assert problems(batch) == [("组织关系", 2, "D", "two_homes")]


def test_near_duplicates_are_shown(leader: Member, member: Member, branch: Organisation) -> None:
    rows = [
        PEOPLE,
        ["n1", "Peter", "13812345678", "柳溪社区支部", None],
        ["n2", "ＰＥＴＥＲ", "+86 13812345678", "柳溪社区支部", None],
        ["N１", "Peter", None, "柳溪社区支部", None],
        ["n4", "李 慧", None, "柳溪社区支部", None],
    ]

    batch = brought(xlsx({"党员": rows}), leader)

    assert [problem[:5] for problem in batch.report["problems"]] == [
        ["warning", "党员", 3, "C", "phone_alike"],
        ["warning", "党员", 3, "B", "name_twice"],
        ["error", "党员", 4, "A", "number_twice"],
        ["warning", "党员", 5, "B", "name_known"],
    ]


def test_nothing_is_written_while_something_is_wrong_and_not_left_out(
    leader: Member, branch: Organisation
) -> None:
    batch = brought(xlsx({"党员": [PEOPLE, ["n1", "赵一", None, "柳溪社区支部", "昨天"]]}), leader)

    with pytest.raises(NotReady):
        confirm(batch, by=leader, at=AT, leaving_out=False)
    with pytest.raises(NotReady):
        confirm(batch, by=make_member("other"), at=AT, leaving_out=True)

    assert not Member.objects.filter(number="n1").exists()


def test_what_changed_since_the_check_stops_the_writing(leader: Member, branch: Organisation) -> None:
    batch = brought(xlsx({"党员": [PEOPLE, ["n1", "赵一", None, "柳溪社区支部", None]]}), leader)
    make_member("n1", name="别人")

    confirm(batch, by=leader, at=AT, leaving_out=False)

    batch.refresh_from_db()
    assert (batch.state, batch.job.state, batch.job.result) == (
        "checked",
        "failed",
        {"failure": "changed_meanwhile"},
    )
    assert Member.objects.filter(number="n1").count() == 1


@pytest.mark.parametrize("step", ["reading_rows", "members", "finishing"])
def test_cancelled_in_the_middle_it_leaves_nothing(
    leader: Member, branch: Organisation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    batch = brought(xlsx({"党员": [PEOPLE, ["n1", "赵一", None, "柳溪社区支部", None]]}), leader)
    tell = Running.tell

    def cancelling(self: Running, said_step: str, done: int = 0, total: int = 0) -> None:
        if said_step == step:
            Job.objects.filter(pk=self.job.pk).update(cancel_asked_at=now())
        self._told = 0.0
        tell(self, said_step, done, total)

    monkeypatch.setattr(Running, "tell", cancelling)
    confirm(batch, by=leader, at=AT, leaving_out=False)

    batch.refresh_from_db()
    assert (batch.state, batch.job.state, batch.rows.count()) == ("checked", "cancelled", 0)
    assert not Member.objects.filter(number="n1").exists()


def test_what_is_used_is_not_taken_back(leader: Member, branch: Organisation) -> None:
    batch = written(xlsx({"党员": [PEOPLE, ["n1", "赵一", None, "柳溪社区支部", "2026-01-01"]]}), leader)
    member = Member.objects.get(number="n1")
    Office.objects.create(member=member, organisation=branch, kind="visitor", since=date(2026, 3, 1))
    Member.objects.filter(pk=member.pk).update(last_login=AT)

    take_back(batch, by=leader, at=AT)

    batch.refresh_from_db()
    assert (batch.state, batch.report["depends"]) == ("written", [["signed_in", 1], ["people.office", 1]])
    assert Member.objects.filter(number="n1").exists()


def test_after_thirty_days_nothing_is_kept_of_a_workbook(leader: Member, branch: Organisation) -> None:
    batch = written(xlsx({"党员": [PEOPLE, ["n1", "赵一", None, "柳溪社区支部", None]]}), leader)

    remove_old(moment("2026-04-09 09:00"))
    assert ImportBatch.objects.filter(pk=batch.pk).exists()
    remove_old(moment("2026-04-09 11:00"))

    assert not ImportBatch.objects.exists()
    assert not batch.file.storage.exists(batch.file.name)
    assert Member.objects.filter(number="n1").exists()


def test_a_job_that_went_silent_is_closed(leader: Member) -> None:
    job = Job.objects.create(kind="people.export", asked_by=leader, asked_at=AT, state="running", told_at=AT)

    close_silent_jobs(moment("2026-03-10 10:09"))
    job.refresh_from_db()
    assert job.state == "running"
    close_silent_jobs(moment("2026-03-10 10:11"))

    job.refresh_from_db()
    assert (job.state, job.result) == ("failed", {"failure": "silent"})


def test_a_telephone_that_is_not_wanted_does_not_come_back(leader: Member, branch: Organisation) -> None:
    zhao, qian = make_member("n1", branch, name="赵一"), make_member("n2", branch, name="钱二")
    for at, member in ((AT, zhao), (AT, qian)):
        keep_telephone(member=member, phone=f"139000000{member.number[1:]}", at=at)
        withdraw(member=member, purpose="telephone", at=at)
    keep_telephone(member=qian, phone="13700000000", at=AT)

    batch = written(
        xlsx(
            {
                "党员": [
                    ["编号", "姓名", "手机", "出生年份"],
                    ["n1", "赵一", "13800000001", 1960],
                    ["n2", "钱二", "13800000002", 1961],
                ]
            }
        ),
        leader,
    )

    assert said(batch) == []
    with override("en"):
        assert said(batch, "warning") == [
            "党员!C2 This member does not want a telephone kept here. "
            "It is left out; the rest of the row is taken."
        ]
    zhao.refresh_from_db()
    qian.refresh_from_db()
    assert (zhao.phone, zhao.phone_index, zhao.birth_year) == (None, None, 1960)
    assert (qian.phone, qian.birth_year) == ("13800000002", 1961)


def test_a_consent_withdrawn_between_check_and_writing_is_noticed(
    leader: Member, branch: Organisation
) -> None:
    zhao = make_member("n1", branch, name="赵一")
    batch = brought(xlsx({"党员": [["编号", "姓名", "手机"], ["n1", "赵一", "13800000001"]]}), leader)
    assert batch.report["counts"]["members"] == {"change": 1}
    withdraw(member=zhao, purpose="telephone", at=AT)

    confirm(batch, by=leader, at=AT, leaving_out=False)

    zhao.refresh_from_db()
    assert zhao.phone is None
