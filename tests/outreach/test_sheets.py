"""Activity records: issued, printed, checked by anybody, recorded by hand when they come back."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate, now
from pypdf import PdfReader

from hours.confirming import confirm
from hours.models import CountedInterval, StudyRecord
from hours.slots import subjects
from outreach.sheet_acts import (
    Line,
    LinesRefused,
    NothingToRecord,
    NotYourSheet,
    SheetCancelled,
    cancel,
    forget_words,
    issue,
    record_return,
)
from outreach.sheet_checking import check
from outreach.sheet_keeping import forget_old_words
from outreach.sheet_paper import sheet_pdf
from outreach.sheets import ActivitySheet, SheetLine, SheetReturn
from people.leading import NotForYourself
from people.mobility import NotRegisteredOut
from people.models import AuditEntry, Member, MobileRegistration, Office, Organisation, SignInTry
from tests.cast import give_office, make_member, moment
from tests.hours.rows import add_record

pytestmark = pytest.mark.django_db

AT = moment("2026-06-01 09:00")
KEY = uuid.UUID(int=7)
OPEN, HIDDEN = HTTPStatus.OK, HTTPStatus.NOT_FOUND


@pytest.fixture
def contact(branch: Organisation) -> Member:
    return make_member("contact", branch, name="周平", phone="13900000009")


@pytest.fixture
def away(member: Member, branch: Organisation, contact: Member) -> MobileRegistration:
    return MobileRegistration.objects.create(
        member=member, branch=branch, contact=contact, since=date(2026, 3, 1), months=12
    )


@pytest.fixture
def sheet(away: MobileRegistration, contact: Member) -> ActivitySheet:
    return issue(away, key=KEY, by=contact, at=AT)


def line(row: int = 1, text: str = "2026-05-10 14:00", minutes: int = 60, **fields: object) -> Line:
    facts = {"kind": "lecture", "about": "党章学习"}
    return Line(row=row, started_at=moment(text), minutes=minutes, **facts | fields)


def everything() -> tuple:
    rows = (ActivitySheet, SheetReturn, SheetLine, StudyRecord, CountedInterval, AuditEntry)
    return tuple(list(model.objects.order_by("pk").values()) for model in rows)


def refused(error, act, *args, **facts) -> Exception:
    before = everything()
    with pytest.raises(error) as raised:
        act(*args, **{"at": AT, **facts})
    assert everything() == before
    return raised.value


# Issued


def test_a_sheet_is_numbered_and_holds_for_a_year(sheet, away, member, contact, branch) -> None:
    assert re.fullmatch(r"2026-\d{6}", sheet.number)
    assert (sheet.member, sheet.registration, sheet.branch, sheet.issued_by) == (
        member, away, branch, contact
    )  # fmt: skip
    assert (sheet.since, sheet.expires_on) == (date(2026, 3, 1), date(2027, 6, 1))
    entry = AuditEntry.objects.get(action="sheet.issued")
    assert (entry.actor, entry.subject, entry.details) == (contact.key, member.key, {"sheet": sheet.number})


def test_the_same_form_sent_twice_is_one_sheet(sheet, away, contact) -> None:
    assert issue(away, key=KEY, by=contact, at=AT) == sheet
    other = issue(away, key=uuid.UUID(int=8), by=contact, at=AT)

    assert ActivitySheet.objects.count() == 2
    assert other.number != sheet.number


def test_who_may_issue_a_sheet(away, member, secretary, stranger, county) -> None:
    give_office(above := make_member("above"), county, Office.Kind.SECRETARY)
    refused(NotYourSheet, issue, away, key=KEY, by=stranger)
    give_office(member, county, Office.Kind.DEPUTY)
    refused(NotForYourself, issue, away, key=KEY, by=Member.objects.get(pk=member.pk))
    for n, leader in enumerate((secretary, above)):
        issue(away, key=uuid.UUID(int=20 + n), by=leader, at=AT)

    assert ActivitySheet.objects.count() == 2


def test_none_is_issued_for_who_has_returned(away, secretary) -> None:
    MobileRegistration.objects.update(until=date(2026, 5, 1))

    refused(NotRegisteredOut, issue, away, key=KEY, by=secretary)


def test_cancelled_once_and_not_by_strangers(sheet, secretary, stranger) -> None:
    refused(NotYourSheet, cancel, sheet, by=stranger)
    for at in (AT + timedelta(days=1), AT + timedelta(days=2)):
        cancel(sheet, by=secretary, at=at)
    sheet.refresh_from_db()

    assert (sheet.cancelled_at, sheet.cancelled_by) == (AT + timedelta(days=1), secretary)
    assert AuditEntry.objects.filter(action="sheet.cancelled").count() == 1


# Printed


def test_the_sheet_is_one_tagged_page_with_what_it_needs(sheet, secretary) -> None:
    address = f"https://example.org/sheets/{sheet.code}/"
    pdf = PdfReader(io.BytesIO(sheet_pdf(sheet, address=address, on=localdate(AT))))
    text = "".join(pdf.pages[0].extract_text().split())

    assert len(pdf.pages) == 1
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert str(pdf.root_object["/Lang"]).lower().startswith("zh")
    assert sheet.number in pdf.metadata.title
    for said in (sheet.number, "李慧", "柳溪社区支部", "张伟", "13900000002", sheet.code):
        assert said in text
    assert all(str(row) in text for row in range(1, 11))


@pytest.mark.parametrize("name", ["䶮𠮷" * 20, "#[*_$`\\", "欧阳" * 20])
def test_any_name_is_printed_on_one_page(sheet, name) -> None:
    sheet.member.name = name

    assert len(PdfReader(io.BytesIO(sheet_pdf(sheet, address="https://e.org/", on=localdate(AT)))).pages) == 1


def test_the_pdf_is_handed_out_with_a_code_that_can_be_read(client, sheet, contact) -> None:
    import pypdfium2
    import zxingcpp

    client.force_login(contact)
    answer = client.get(f"/mobile/sheets/{sheet.key}/print/")
    picture = pypdfium2.PdfDocument(answer.content)[0].render(scale=2).to_pil()
    (code,) = zxingcpp.read_barcodes(picture)

    assert answer["Content-Type"] == "application/pdf"
    assert code.text == f"http://testserver/sheets/{sheet.code}/"
    assert AuditEntry.objects.get(action="sheet.printed").subject == sheet.member.key


# Checked


def checked(client, code: str):
    answer = client.get(f"/sheets/{code}/", REMOTE_ADDR="203.0.113.7")
    return answer.status_code, answer.context["state"] if answer.context.get("sheet") else None, answer


@pytest.mark.parametrize("kind", ["valid", "expired", "cancelled"])
def test_anybody_reads_whether_it_holds_and_nobodys_name(client, away, contact, member, kind) -> None:
    found = issue(away, key=KEY, by=contact, at=now())
    if kind == "expired":
        ActivitySheet.objects.update(expires_on=localdate() - timedelta(days=1))
    if kind == "cancelled":
        cancel(found, by=contact, at=now())
    status, state, answer = checked(client, found.code)
    page = answer.content.decode()

    assert (status, state) == (OPEN, kind)
    assert found.number in page
    for hidden in ("李慧", "周平", "柳溪", str(member.key), "13900000"):
        assert hidden not in page
    assert SignInTry.objects.count() == 0


@pytest.mark.parametrize("code", ["0" * 32, "f" * 31, "zz", "2026-000001", "%F0%9F%98%80", "a" * 400])
def test_a_code_of_elsewhere_is_said_to_be_unknown(client, sheet, code) -> None:
    status, state, answer = checked(client, code)

    assert (status, state) == (HIDDEN, None)
    assert answer.templates[0].name == "outreach/sheet_check.html"
    assert sheet.number not in answer.content.decode()


def test_the_code_may_be_typed_with_blanks_and_capitals(sheet) -> None:
    typed = " ".join(re.findall("....", sheet.code.upper()))

    assert check(typed, network="x", at=AT) == sheet


def test_after_thirty_unknown_codes_a_network_waits_and_another_does_not(client, sheet) -> None:
    for _ in range(30):
        assert client.get("/sheets/0/", REMOTE_ADDR="203.0.113.7").status_code == HIDDEN
    waiting = client.get(f"/sheets/{sheet.code}/", REMOTE_ADDR="203.0.113.9")

    assert waiting.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert sheet.number not in waiting.content.decode()
    assert client.get(f"/sheets/{sheet.code}/", REMOTE_ADDR="198.51.100.7").status_code == OPEN


# Recorded


def test_the_lines_await_confirmation_and_then_count(sheet, contact, secretary, member, branch) -> None:
    lines = [line(1), line(3, "2026-05-20 19:00", 45, kind="theme_day", about="")]
    returned = record_return(sheet, lines, key=KEY, by=contact, at=AT)
    records = list(StudyRecord.objects.order_by("started_at"))

    assert [
        (r.source, r.bucket, r.standing, r.seconds, r.key, r.recorded_in, r.recorded_by, r.evidence)
        for r in records
    ] == [
        (
            "meeting", "collective", "awaiting", 0, f"sheet:{sheet.key}:{row}", branch, contact,
            {"sheet": sheet.number, "line": row, "kind": kind},
        )
        for row, kind in ((1, "lecture"), (3, "theme_day"))
    ]  # fmt: skip
    assert list(returned.lines.order_by("row").values_list("row", "minutes", "kind", "record")) == [
        (1, 60, "lecture", records[0].pk), (3, 45, "theme_day", records[1].pk)
    ]  # fmt: skip
    assert [one.about for one in returned.lines.order_by("row")] == ["党章学习", None]
    confirm(StudyRecord.objects.all(), by=secretary, at=AT)
    assert sum(i.seconds for i in CountedInterval.objects.filter(member=member)) == 105 * 60
    assert not StudyRecord.objects.awaiting().exists()
    assert subjects([sheet.key])[sheet.key].title.endswith(sheet.number)


def test_the_record_says_that_it_came_back_on_paper(client, sheet, contact, secretary, member) -> None:
    record_return(sheet, [line()], key=KEY, by=contact, at=AT)
    confirm(StudyRecord.objects.awaiting(), by=secretary, at=AT)
    client.force_login(member)
    row = StudyRecord.objects.get(standing="awaiting")

    page = client.get(f"/record/{row.pk}/").content.decode()
    assert f"活动记录单 {sheet.number} 上的一行，从纸上收回。" in page


def test_lines_that_overlap_count_once(sheet, contact, secretary, member) -> None:
    add_record(member, at=moment("2026-05-10 14:30"), seconds=3600, source="meeting", bucket="collective")
    lines = [line(1, minutes=60), line(2, "2026-05-10 14:00", 20)]
    record_return(sheet, lines, key=KEY, by=contact, at=AT)
    assert {row.rule.name for row in StudyRecord.objects.awaiting()} == {"paper_counts"}
    confirm(StudyRecord.objects.awaiting(), by=secretary, at=AT)

    assert sum(i.seconds for i in CountedInterval.objects.filter(member=member)) == 90 * 60


def test_the_same_return_sent_twice_is_recorded_once(sheet, contact) -> None:
    first = record_return(sheet, [line()], key=KEY, by=contact, at=AT)
    again = record_return(sheet, [line(), line(2)], key=KEY, by=contact, at=AT + timedelta(minutes=1))

    assert (again, SheetLine.objects.count(), StudyRecord.objects.count()) == (first, 1, 1)


def test_further_lines_come_back_later(sheet, contact, secretary) -> None:
    record_return(sheet, [line(1)], key=KEY, by=contact, at=AT)
    record_return(sheet, [line(2, "2026-05-31 08:00")], key=uuid.UUID(int=8), by=secretary, at=AT)

    assert sorted(sheet.lines.values_list("row", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line(2, "2026-02-28 23:00", 30), "2026"),
        (line(2, "2026-06-01 08:30", 31), ""),
        (line(2, "2027-01-01 08:00"), ""),
        (line(2, minutes=0), "480"),
        (line(2, minutes=481), "480"),
        (line(0), "0"),
        (line(11), "11"),
        (line(1), "1"),
    ],
)
def test_one_wrong_line_is_named_and_none_is_recorded(sheet, contact, wrong, said) -> None:
    error = refused(LinesRefused, record_return, sheet, [line(1), wrong], key=KEY, by=contact)

    assert len(error.faults) == 1
    assert str(wrong.row) in error.faults[0]
    assert said in error.faults[0]


def test_all_wrong_lines_are_named_at_once(sheet, contact) -> None:
    wrong = [line(1, "2026-01-01 10:00"), line(2), line(3, "2030-01-01 10:00")]
    error = refused(LinesRefused, record_return, sheet, wrong, key=KEY, by=contact)

    assert [re.search(r"\d", fault)[0] for fault in error.faults] == ["1", "3"]


def test_a_line_that_is_recorded_is_not_recorded_again(sheet, contact) -> None:
    record_return(sheet, [line(1)], key=KEY, by=contact, at=AT)
    key = uuid.UUID(int=8)
    error = refused(LinesRefused, record_return, sheet, [line(1), line(2)], key=key, by=contact)

    assert len(error.faults) == 1


def test_a_sheet_brought_home_after_the_return_is_recorded_up_to_that_day(sheet, away, secretary) -> None:
    MobileRegistration.objects.update(until=date(2026, 5, 11))
    refused(LinesRefused, record_return, sheet, [line(1, "2026-05-11 09:00")], key=KEY, by=secretary)
    record_return(sheet, [line(1, "2026-05-10 14:00")], key=KEY, by=secretary, at=AT)

    assert SheetLine.objects.count() == 1


def test_nothing_is_recorded_of_a_cancelled_or_an_empty_sheet(sheet, contact, stranger, member) -> None:
    refused(NothingToRecord, record_return, sheet, [], key=KEY, by=contact)
    refused(NotYourSheet, record_return, sheet, [line()], key=KEY, by=stranger)
    refused(NotYourSheet, record_return, sheet, [line()], key=KEY, by=member)
    cancel(sheet, by=contact, at=AT)
    refused(SheetCancelled, record_return, sheet, [line()], key=KEY, by=contact)


def test_the_database_refuses_to_change_or_take_away_lines(sheet, contact) -> None:
    record_return(sheet, [line()], key=KEY, by=contact, at=AT)
    rows = SheetLine.objects.all()
    for act in (lambda: rows.update(minutes=90), rows.delete, SheetReturn.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()

    assert rows.get().minutes == 60


# The pages


@pytest.mark.parametrize(
    ("place", "kind", "expected"),
    [
        ("branch", Office.Kind.SECRETARY, OPEN),
        ("branch", Office.Kind.DEPUTY, OPEN),
        ("county", Office.Kind.SECRETARY, OPEN),
        ("other_branch", Office.Kind.SECRETARY, HIDDEN),
        ("branch", Office.Kind.COMMITTEE_MEMBER, HIDDEN),
        ("branch", Office.Kind.VISITOR, HIDDEN),
        ("county", Office.Kind.OBSERVER, HIDDEN),
        ("", "contact", OPEN),
        ("", "member", HIDDEN),
        ("", "", HIDDEN),
    ],
)
def test_who_may_look(client, request, sheet, away, branch, place, kind, expected) -> None:
    viewer = request.getfixturevalue(kind) if not place and kind else make_member("viewer", branch)
    if place:
        give_office(viewer, request.getfixturevalue(place), kind)
    client.force_login(viewer)
    paths = [f"/mobile/{away.key}/", f"/mobile/sheets/{sheet.key}/", f"/mobile/sheets/{sheet.key}/print/"]

    assert [client.get(path).status_code for path in paths] == [expected] * 3
    refusals = AuditEntry.objects.filter(actor=viewer.key, outcome="refused").count()
    assert refusals == (3 if expected == HIDDEN else 0)


def typed(sheet: ActivitySheet, **lines: str) -> dict[str, str]:
    """A form as it is sent: `line1="2026-05-10 14:00 60 lecture 党章"`."""
    sent = {"key": str(uuid.UUID(int=9))}
    for name, text in lines.items():
        parts = (text.split(" ", 4) + [""] * 5)[:5]
        for field, part in zip(("on", "start", "minutes", "kind", "about"), parts, strict=True):
            sent[f"{name}-{field}"] = part
    return sent


def test_issued_and_recorded_on_the_pages(client, away, contact, member) -> None:
    client.force_login(contact)
    page = client.get(f"/mobile/{away.key}/").context
    key = page["form"].initial["key"]
    answer = client.post(f"/mobile/{away.key}/", {"key": str(key)})
    sheet = ActivitySheet.objects.get()
    assert answer.url == f"/mobile/sheets/{sheet.key}/"
    assert len(client.get(answer.url).context["forms"]) == 10
    sent = typed(sheet, line1=f"{localdate()} 00:00 1 lecture 党章", line2="")
    answer = client.post(answer.url, sent)
    shown = client.get(answer.url).context

    assert [(one.row, one.minutes, one.about) for one in shown["recorded"]] == [(1, 1, "党章")]
    assert [form.row for form in shown["forms"]] == list(range(2, 11))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("2026-05-10 14:00  lecture x", "minutes"),
        ("2026-05-10  60 lecture x", "start"),
        (" 14:00 60 lecture x", "on"),
        ("2026-05-10 14:00 900 lecture x", "minutes"),
        ("2026-13-10 14:00 60 lecture x", "on"),
        ("2026-05-10 14:00 60 rubbish x", "kind"),
    ],
)
def test_an_incomplete_line_says_so_and_keeps_what_was_typed(client, sheet, contact, text, field) -> None:
    client.force_login(contact)
    sent = typed(sheet, line1="2026-05-10 14:00 60 lecture 党章", line4=text)
    before = everything()
    answer = client.post(f"/mobile/sheets/{sheet.key}/", sent)
    wrong = next(form for form in answer.context["forms"] if form.row == 4)

    assert everything() == before
    assert list(wrong.errors) == [field]
    assert answer.context["faults"]
    assert 'value="党章"' in answer.content.decode()
    assert answer.context["return_form"].initial["key"] == sent["key"]


def test_a_line_outside_the_days_is_refused_in_words_on_the_page(client, sheet, contact) -> None:
    client.force_login(contact)
    answer = client.post(
        f"/mobile/sheets/{sheet.key}/", typed(sheet, line2="2025-05-10 14:00 60 lecture 党章")
    )

    assert len(answer.context["faults"]) == 1
    assert SheetLine.objects.count() == 0
    assert 'value="2025-05-10"' in answer.content.decode()


def test_a_sheet_is_cancelled_on_its_page(client, sheet, contact) -> None:
    client.force_login(contact)
    client.post(f"/mobile/sheets/{sheet.key}/", {"act": "cancel"})
    page = client.get(f"/mobile/sheets/{sheet.key}/")

    assert page.context["state"] == "cancelled"
    assert "print" not in page.content.decode().split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("many", [1, 40])
def test_the_list_of_sheets_costs_the_same(
    client, away, secretary, contact, many, django_assert_num_queries
) -> None:
    for n in range(many):
        issue(away, key=uuid.UUID(int=100 + n), by=contact, at=AT)
    client.force_login(secretary)
    client.get("/mobile/?side=sheets")
    with django_assert_num_queries(7):
        page = client.get("/mobile/?side=sheets")

    assert len(page.context["lines"]) == many


# Kept and forgotten


def test_words_go_after_two_years_and_the_lines_stay(sheet, contact, settings) -> None:
    settings.LEARNING_EVENT_YEARS = 2
    record_return(sheet, [line()], key=KEY, by=contact, at=AT)
    forget_old_words(AT + timedelta(days=730))
    assert SheetLine.objects.get().about == "党章学习"
    forget_old_words(AT + timedelta(days=731))

    assert (SheetLine.objects.get().about, SheetLine.objects.get().minutes) == (None, 60)


def test_an_erased_members_sheet_holds_no_longer_and_says_nothing(sheet, contact, member) -> None:
    record_return(sheet, [line()], key=KEY, by=contact, at=AT)
    forget_words(member, AT + timedelta(days=1))
    MobileRegistration.objects.filter(member=member).delete()
    sheet.refresh_from_db()

    assert SheetLine.objects.get().about is None
    assert (sheet.registration, sheet.state_on(localdate(AT))) == (None, "cancelled")
