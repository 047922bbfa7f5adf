"""The pages of the study card: for who signs in, for the member's own, and for the branch."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from http import HTTPStatus

import pypdf
import pypdfium2
import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from people import cards
from people.account_records import OpenSession
from people.cards import issue_card
from people.models import AuditEntry, Member, Office, StudyCard
from people.study_cards import draw_number
from tests.cast import PASSWORD, give_office, make_member
from tests.people.cards import PIN, active_card, sign_in_by_card

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def signed_in_as(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.fixture
def card(member, secretary) -> StudyCard:
    return active_card(member, by=secretary, at=now())


def show(client: Client, address: str):
    """What the page does with the QR: the part behind # comes as a form."""
    return client.post("/en/card/", {"secret": address.partition("#")[2]})


def test_first_use_by_qr_asks_the_code_and_a_pin_and_signs_in(client, member, secretary) -> None:
    issued = issue_card(member, by=secretary, at=now())

    assert show(client, issued.address).url == "/en/card/first/"
    assert signed_in_as(client) is None
    page = text_of(client.get("/en/card/first/"))
    assert "This is the card of Li Hui." in page
    fields = {"code": issued.activation, "pin": PIN, "again": PIN}
    answer = client.post("/en/card/first/", fields)

    assert (answer.status_code, answer.url) == (HTTPStatus.FOUND, "/en/")
    assert signed_in_as(client) == str(member.pk)
    kept = StudyCard.objects.get()
    assert kept.is_activated
    assert PIN not in kept.pin
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", "actor"))
    assert actions == [
        ("card.issued", secretary.key),
        ("card.activated", member.key),
        ("card.signed_in", member.key),
    ]


def test_a_wrong_code_or_an_easy_pin_changes_nothing_and_an_easy_pin_is_no_try(
    client, member, secretary
) -> None:
    issued = issue_card(member, by=secretary, at=now())
    show(client, issued.address)
    wrong = "000000" if issued.activation != "000000" else "111111"
    for fields, said in (
        ({"code": issued.activation, "pin": "1234", "again": "1234"}, "Everybody would try this PIN first"),
        ({"code": issued.activation, "pin": PIN, "again": "937504"}, "The two PINs are not the same."),
        ({"code": issued.activation, "pin": "12", "again": "12"}, "A PIN has four to six digits."),
        ({"code": wrong, "pin": PIN, "again": PIN}, "That is not right. You can try 4 more times."),
    ):
        assert said in text_of(client.post("/en/card/first/", fields))

    assert signed_in_as(client) is None
    kept = StudyCard.objects.get()
    assert (kept.is_activated, kept.failed) == (False, 1)


def test_the_card_shown_and_the_pin_sign_in_and_the_qr_alone_does_not(client, member, secretary) -> None:
    issued = issue_card(member, by=secretary, at=now())
    show(client, issued.address)
    client.post("/en/card/first/", {"code": issued.activation, "pin": PIN, "again": PIN})
    again = Client()

    assert show(again, issued.address).url == "/en/card/pin/"
    assert signed_in_as(again) is None
    assert "Li Hui, please type your PIN" in text_of(again.get("/en/card/pin/"))
    assert again.post("/en/card/pin/", {"pin": "４８２７１６ "}).url == "/en/"
    assert signed_in_as(again) == str(member.pk)


def test_the_typed_number_and_the_pin_sign_in_without_naming_anybody_before(client, member, card) -> None:
    answer = client.post("/en/card/", {"number": f" {card.number_in_groups}"})

    assert answer.url == "/en/card/pin/"
    page = text_of(client.get("/en/card/pin/"))
    assert "Please type your PIN" in page
    assert "Li Hui" not in page
    client.post("/en/card/pin/", {"pin": PIN})
    assert signed_in_as(client) == str(member.pk)


def test_a_slip_in_the_number_is_said_at_once_and_is_no_try(client, card) -> None:
    wrong = card.number[:-1] + str((int(card.number[-1]) + 1) % 10)
    for typed in (wrong, "12", "", "abc"):
        page = text_of(client.post("/en/card/", {"number": typed}))
        assert "This is not the number of a card. Please compare it digit by digit." in page
    assert AuditEntry.objects.filter(action="card.wrong").count() == 0


def test_a_number_that_no_card_has_meets_the_same_pages_and_words(client, member, secretary, card) -> None:
    new = issue_card(make_member("new"), by=None, at=now()).card
    met = []
    for number in (draw_number(), card.number, new.number):
        one = Client()
        first = one.post("/en/card/", {"number": number})
        tries = [one.post("/en/card/pin/", {"pin": "9999"}) for _time in range(6)]
        pages = [re.sub(r'value="[A-Za-z0-9]{64}"', "", text_of(page)) for page in tries]
        met.append((first.url, pages))

    assert met[0] == met[1] == met[2]
    assert "You can try 1 more time." in met[0][1][3]
    assert "That was not right, several times in a row." in met[0][1][4]
    assert "The card rests after five wrong tries. Please wait 15 minutes" in met[0][1][5]
    assert AuditEntry.objects.filter(action="card.wrong").count() == 15


@pytest.mark.parametrize("which", ["forged", "cancelled", "of another installation", "of a closed account"])
def test_a_qr_that_is_not_valid_here_is_refused_with_words(client, member, secretary, which) -> None:
    issued = issue_card(member, by=secretary, at=now())
    address = issued.address
    if which == "cancelled":
        cards.revoke_card(member, by=member, at=now())
    elif which == "of a closed account":
        Member.objects.filter(pk=member.pk).update(is_active=False)
    else:
        address = "/card/#" + ("x" * 22 if which == "forged" else "AAAAAAAAAAAAAAAAAAAAAA")

    page = text_of(show(client, address))

    assert "This card is not valid here." in page
    assert client.get("/card/pin/").url == "/card/"
    assert AuditEntry.objects.get(action="card.unknown").outcome == "refused"


def test_sixty_false_qrs_in_an_hour_from_one_network_wait_and_the_next_is_not_looked_at(client, card) -> None:
    said = [text_of(show(client, f"/card/#{'y' * 22}")) for _time in range(61)]

    assert ["not valid here" in page for page in said] == [True] * 60 + [False]
    assert "Please wait" in said[60]


def test_typed_numbers_of_one_network_are_counted_more_closely(client) -> None:
    said = []
    for _time in range(21):
        client.post("/en/card/", {"number": draw_number()})
        said.append(text_of(client.post("/en/card/pin/", {"pin": "9999"})))

    assert ["That is not right." in page for page in said] == [True] * 20 + [False]
    assert "Please wait" in said[20]


def test_the_card_in_hand_is_forgotten_after_half_an_hour(client, card) -> None:
    client.post("/card/", {"number": card.number})
    session = client.session
    kept = session["card_in_hand"]
    session["card_in_hand"] = [*kept[:2], kept[2] - 30 * 60 - 5]
    session.save()

    assert client.get("/card/pin/").url == "/card/"
    assert client.post("/card/pin/", {"pin": PIN}).url == "/card/"
    assert signed_in_as(client) is None


def test_the_elder_look_comes_with_the_card_where_the_member_prefers_it(client, member, card) -> None:
    Member.objects.filter(pk=member.pk).update(prefers_large_print=True)

    assert sign_in_by_card(client, card).cookies["look"].value.startswith("large")


def test_a_new_member_reads_the_privacy_notice_first_and_may(client, member, card) -> None:
    member.notices_read.all().delete() if hasattr(
        member, "notices_read"
    ) else member.noticeread_set.all().delete()

    answer = sign_in_by_card(client, card)

    assert answer.url == "/privacy/?next=%2F"
    assert client.get(answer.url).status_code == HTTPStatus.OK
    assert client.post("/privacy/read/", {"next": "/"}).status_code == HTTPStatus.FOUND


def test_the_pin_page_is_kept_nowhere_and_no_secret_is_in_its_address(client, card) -> None:
    client.post("/card/", {"number": card.number})
    page = client.get("/card/pin/")

    assert "no-store" in page.headers["Cache-Control"]
    assert 'autocomplete="off"' in page.content.decode()
    assert 'inputmode="numeric"' in page.content.decode()
    assert card.number not in page.content.decode()


# One's own card


def test_my_study_card_is_seen_and_cancelled(client, member, card) -> None:
    client.force_login(member)
    assert card.number_in_groups in text_of(client.get("/en/my-card/"))

    client.post("/en/my-card/", {"act": "revoke"})

    card.refresh_from_db()
    assert card.revoked_by == member
    assert "You have no study card." in text_of(client.get("/en/my-card/"))


def test_by_card_the_pin_is_changed_with_the_old_one_and_by_password_with_the_password(member, card) -> None:
    by_card, own = Client(), Client()
    sign_in_by_card(by_card, card)
    own.force_login(member)
    new = {"act": "pin", "pin": "937504", "again": "937504"}

    page = text_of(by_card.post("/en/my-card/", {**new, "old": "1111"}))
    assert "That is not right. You can try 4 more times." in page
    page = text_of(own.post("/en/my-card/", {**new, "old": PIN}))
    assert "The password is not right." in page
    page = text_of(own.post("/en/my-card/", {**new, "old": PASSWORD, "pin": "0000", "again": "0000"}))
    assert "Everybody would try this PIN first" in page
    card.refresh_from_db()
    before = card.pin
    assert own.post("/en/my-card/", {**new, "old": PASSWORD}).status_code == HTTPStatus.FOUND

    card.refresh_from_db()
    assert card.pin != before
    assert sign_in_by_card(Client(), card, "937504").url == "/"
    assert AuditEntry.objects.filter(action="card.pin_changed").count() == 1


def test_cancelling_by_card_signs_out_here_too(client, card) -> None:
    sign_in_by_card(client, card)

    assert client.post("/my-card/", {"act": "revoke"}).url == "/sign-in/"
    assert signed_in_as(client) is None
    assert OpenSession.objects.count() == 0


# The branch


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (None, HTTPStatus.NOT_FOUND),
        (Office.Kind.SECRETARY, HTTPStatus.OK),
        (Office.Kind.DEPUTY, HTTPStatus.OK),
        (Office.Kind.COMMITTEE_MEMBER, HTTPStatus.NOT_FOUND),
        (Office.Kind.GROUP_LEADER, HTTPStatus.NOT_FOUND),
        (Office.Kind.VISITOR, HTTPStatus.NOT_FOUND),
        (Office.Kind.OBSERVER, HTTPStatus.NOT_FOUND),
        (Office.Kind.SECURITY_ADMINISTRATOR, HTTPStatus.NOT_FOUND),
    ],
)
def test_who_may_look_at_the_cards_of_a_branch(client, member, branch, kind, status, settings) -> None:
    settings.DEMO = True  # no second step
    viewer = make_member("viewer", branch)
    if kind:
        give_office(viewer, branch, kind)
    client.force_login(viewer)
    for address in (f"/members/{member.key}/card/", f"/branch/{branch.key}/cards/", "/cards/print/"):
        assert client.get(address).status_code == status, address


def test_a_look_at_another_branchs_card_is_not_there_and_audited(
    client, member, stranger, other_branch
) -> None:
    give_office(stranger, other_branch, Office.Kind.DEPUTY)
    client.force_login(stranger)

    assert client.get(f"/members/{member.key}/card/").status_code == HTTPStatus.NOT_FOUND
    assert client.post(f"/members/{member.key}/card/", {"act": "issue"}).status_code == HTTPStatus.NOT_FOUND
    assert StudyCard.objects.count() == 0
    refused = AuditEntry.objects.filter(action="card.looked_at", outcome="refused", subject=member.key)
    assert refused.count() == 2


def test_a_card_is_made_printed_once_in_the_hour_and_its_code_apart(client, member, secretary) -> None:
    client.force_login(secretary)
    assert client.post(f"/en/members/{member.key}/card/", {"act": "issue"}).url == "/en/cards/print/"
    page = text_of(client.get("/en/cards/print/"))
    card = StudyCard.objects.get()
    assert card.number_in_groups in page
    code = re.search(r'<strong class="nw">(\d{3} \d{3})</strong>', page)[1]

    large, codes = (pdf_of(client, f"/cards/print/{kind}/?language=en") for kind in ("large", "codes"))

    assert card.number_in_groups.split() == [part for part in card.number_in_groups.split() if part in large]
    assert code not in large
    assert code in codes
    assert AuditEntry.objects.filter(action="card.printed", subject=member.key).count() == 2
    session = client.session
    kept = session["new_cards"]
    assert not any(said in kept[1] for said in (card.number, code.replace(" ", ""), "/card/#"))
    key = client.cookies.pop("print_key")
    assert (key["max-age"], key["httponly"]) == (3600, True)
    assert "There is nothing to print here now." in text_of(client.get("/en/cards/print/"))
    client.cookies["print_key"] = key.value
    assert code in text_of(client.get("/en/cards/print/"))
    session["new_cards"] = [kept[0] - 3601, kept[1]]
    session.save()
    assert client.get("/cards/print/large/").url == "/cards/print/"
    assert "There is nothing to print here now." in text_of(client.get("/en/cards/print/"))


def pdf_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)


@pytest.mark.parametrize(("kind", "language"), [("small", "zh-hans"), ("large", "zh-hans"), ("large", "en")])
def test_the_printed_qr_opens_this_site_and_its_secret_stands_behind_the_hash(
    client, member, secretary, kind, language
) -> None:
    client.force_login(secretary)
    client.post(f"/members/{member.key}/card/", {"act": "issue"})
    pdf = client.get(f"/cards/print/{kind}/?language={language}").content

    page = pypdfium2.PdfDocument(pdf)[0].render(scale=3).to_pil()
    (found,) = zxingcpp.read_barcodes(page)

    prefix = "/en" if language == "en" else ""
    assert re.fullmatch(rf"http://testserver{prefix}/card/#[\w-]{{22}}", found.text)
    fresh = Client()
    assert show(fresh, found.text).url == "/en/card/first/"
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/Lang"] == ("en" if language == "en" else "zh-CN")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    words = reader.pages[0].extract_text()
    assert ("Li Hui" if language == "en" else "李慧") in words
    assert "139 0000 0002" in words


def test_cards_for_those_chosen_come_in_one_pdf_and_a_guessed_key_is_passed_over(
    client, member, secretary, branch, stranger
) -> None:
    second = make_member("second", branch, name="𠮷䶮" * 8)
    client.force_login(secretary)
    chosen = [str(member.key), str(second.key), str(stranger.key), str(secretary.key), "no key"]

    answer = client.post(f"/branch/{branch.key}/cards/", {"member": chosen})

    assert answer.url == "/cards/print/"
    assert set(StudyCard.objects.values_list("member", flat=True)) == {member.pk, second.pk}
    pdf = client.get("/cards/print/large/").content
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 2


def test_nobody_chosen_is_said(client, secretary, branch, member) -> None:
    client.force_login(secretary)
    page = text_of(client.post(f"/en/branch/{branch.key}/cards/", {}, follow=True))

    assert "Please choose at least one member." in page
    assert StudyCard.objects.count() == 0


def test_a_locked_card_is_opened_again_and_a_lost_one_replaced(client, member, secretary, card) -> None:
    StudyCard.objects.filter(pk=card.pk).update(failed=10)
    client.force_login(secretary)
    page = f"/en/members/{member.key}/card/"
    assert "Locked after ten wrong tries." in text_of(client.get(page))

    client.post(page, {"act": "open"})
    assert sign_in_by_card(Client(), card).url == "/"

    client.post(page, {"act": "issue"})
    card.refresh_from_db()
    assert card.revoked_by == secretary
    assert StudyCard.objects.valid().count() == 1
    client.post(page, {"act": "revoke"})
    assert "No study card yet." in text_of(client.get(page))
    assert client.post(page, {"act": "nonsense"}).status_code == HTTPStatus.NOT_FOUND


def test_the_list_asks_the_same_number_of_queries_with_many_members(
    client, secretary, branch, member, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    client.force_login(secretary)
    address = f"/branch/{branch.key}/cards/"
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    for number in range(20):
        active_card(make_member(f"many{number}", branch), at=now() - timedelta(days=1))
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(address)


def test_the_sign_in_page_leads_to_the_card(client) -> None:
    assert f'href="{reverse("people:card")}"' in client.get("/sign-in/").content.decode()
    client.cookies["look"] = "large"
    page = client.get("/en/sign-in/").content.decode()
    assert page.index("I have a study card") < page.index("Password")
