"""What is done for many rows together is what would be done for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.ciphers import all_encrypted, blind_index, blind_indexes, decrypted
from people.models import Affiliation, Member, Organisation
from people.workbooks import copying
from people.workbooks.copying import prepared_secrets
from tests.people.workbooks.books import brought, said, written, xlsx

texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=8)


@given(texts)
def test_the_indexes_of_many_are_the_indexes_of_each(many: list[str]) -> None:
    assert blind_indexes(many) == {text: blind_index(text) for text in many}


@given(texts)
def test_many_secrets_open_in_their_order(many: list[str]) -> None:
    assert [decrypted(token) for token in all_encrypted(many)] == many


def test_no_secret_stays_none() -> None:
    first, none, last = prepared_secrets(["13800000001", None, "13800000002"])

    assert none is None
    assert [decrypted(first or ""), decrypted(last or "")] == ["13800000001", "13800000002"]


def test_rows_that_need_several_copies_all_arrive(
    leader: Member, branch: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "COPIED", 3)
    people = [[f"n{n}", f"党员{n}", f"1380000000{n}", "柳溪社区支部"] for n in range(8)]

    batch = written(xlsx({"党员": [["编号", "姓名", "手机", "支部"], *people]}), leader)

    assert said(batch) == []
    arrived = Member.objects.filter(number__startswith="n").order_by("number")
    assert [(m.number, m.name, m.phone) for m in arrived] == [tuple(row[:3]) for row in people]
    assert Affiliation.objects.filter(member__in=arrived, branch=branch, kind="home").count() == 8


def test_a_wrong_cell_is_said_each_time_and_a_remembered_one_read_alike(leader: Member) -> None:
    batch = brought(
        xlsx(
            {
                "党员": [
                    ["编号", "姓名", "支部", "起始日期"],
                    ["n1", "赵一", "柳溪社区支部", "三月"],
                    ["n2", "钱二", "柳溪社区支部", "三月"],
                    ["n3", "清空", "柳溪社区支部", "2026-03-01"],
                    ["n4", "清空", "柳溪社区支部", "2026-03-01"],
                ]
            }
        ),
        leader,
    )

    places = [(row, column, code) for _, _, row, column, code, _ in batch.report["problems"]]
    assert places == [
        (2, "D", "day_form"),
        (3, "D", "day_form"),
        (4, "B", "cannot_be_cleared"),
        (5, "B", "cannot_be_cleared"),
    ]
