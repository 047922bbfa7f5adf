"""Study cards: made by who leads the branch, used with a PIN of one's own, worthless to a finder."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password, get_hasher
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from people import cards, erasure
from people.account_records import OpenSession, SignInTry
from people.audit import AuditEntry
from people.card_tries import CardLocked, CardRests, WrongPin, try_activation, try_pin
from people.cards import Issued, NoCard, NotYoursToIssue, issue_card, issue_cards, open_again, revoke_card
from people.models import Member, Office, StudyCard
from people.pins import NotAPin, OwnNumber, OwnYear, TooEasy, check_pin
from people.retention import drop_what_is_over
from people.study_cards import DIGITS, check_digit, digest_of, draw_number, is_card_number
from tests.cast import give_office, make_member, moment
from tests.people.cards import PIN, active_card

pytestmark = pytest.mark.django_db

AT = moment("2026-03-10 10:00")
LATER = AT + timedelta(days=1)


def actions() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", "outcome"))


def test_a_leader_of_the_branch_makes_a_card_and_its_secrets_are_kept_as_hashes(member, secretary) -> None:
    card, activation, address = issue_card(member, by=secretary, at=AT)

    kept = StudyCard.objects.get()
    secret = address.removeprefix("/card/#")
    assert (kept.member, kept.issued_by, kept.issued_at, kept.pin, kept.pin_set_at) == (
        member, secretary, AT, "", None,
    )  # fmt: skip
    assert kept.activation_until == AT + timedelta(days=60)
    assert len(activation) == 6
    assert activation.isdigit()
    assert len(secret) == 22
    assert kept.secret == digest_of(secret) == card.secret
    assert check_password(activation, kept.activation)
    assert not any(said in f"{vars(kept)}" for said in (secret, f"'{activation}'"))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.subject) == ("card.issued", secretary.key, member.key)
    assert entry.details == {"card": str(card.key)}


def test_a_second_card_cancels_the_first(member, secretary) -> None:
    first = issue_card(member, by=secretary, at=AT).card
    second = issue_card(member, by=secretary, at=LATER).card

    first.refresh_from_db()
    assert (first.revoked_at, first.revoked_by) == (LATER, secretary)
    assert StudyCard.objects.valid().get() == second
    assert [what for what, _outcome in actions()] == ["card.issued", "card.revoked", "card.issued"]


def test_the_database_holds_one_valid_card_of_a_member(member, secretary) -> None:
    card = issue_card(member, by=secretary, at=AT).card
    card.pk, card.key, card.number, card.secret = None, uuid.uuid4(), draw_number(), "x"

    with (
        pytest.raises(IntegrityError, match="a_member_has_one_valid_study_card_at_most"),
        transaction.atomic(),
    ):
        card.save(force_insert=True)


@pytest.mark.parametrize("kind", sorted(Office.Kind.values))
def test_secretary_and_deputy_make_cards_and_nobody_else(member, branch, kind) -> None:
    by = make_member("byoffice", branch)
    give_office(by, branch, kind)

    if kind in {Office.Kind.SECRETARY, Office.Kind.DEPUTY}:
        assert issue_card(member, by=by, at=AT).card.issued_by == by
    else:
        with pytest.raises(NotYoursToIssue):
            issue_card(member, by=by, at=AT)
        assert StudyCard.objects.count() == 0
        assert actions() == []


def test_nobody_makes_their_own_and_a_stranger_makes_none(member, secretary, stranger) -> None:
    for by, whom in ((secretary, secretary), (stranger, member), (member, member)):
        with pytest.raises(NotYoursToIssue):
            issue_card(whom, by=by, at=AT)

    assert StudyCard.objects.count() == 0


def test_a_leader_above_makes_them_too(member, county) -> None:
    above = make_member("above")
    give_office(above, county, Office.Kind.SECRETARY)

    assert issue_card(member, by=above, at=AT).card.issued_by == above


def test_for_several_all_are_made_or_none(member, secretary, branch, stranger) -> None:
    second = make_member("second", branch)
    with pytest.raises(NotYoursToIssue):
        issue_cards([member, second, stranger], by=secretary, at=AT)
    assert StudyCard.objects.count() == 0

    made = issue_cards([member, second, member], by=secretary, at=AT)

    assert [issued.card.member for issued in made] == [member, second]
    assert len({issued.card.number for issued in made}) == 2
    assert actions() == [("card.issued", "done")] * 2


def test_more_than_two_hundred_at_a_time_are_refused(secretary) -> None:
    many = [Member(pk=10_000 + number) for number in range(201)]

    with pytest.raises(cards.TooManyAtOnce):
        issue_cards(many, by=secretary, at=AT)


def test_the_number_of_statements_does_not_grow_with_the_cards(
    branch, secretary, django_assert_num_queries
) -> None:
    few = [make_member(f"few{number}", branch) for number in range(2)]
    many = [make_member(f"many{number}", branch) for number in range(9)]
    with django_assert_num_queries(9) as first:
        issue_cards(few, by=secretary, at=AT)
    with django_assert_num_queries(len(first.captured_queries) - 1):  # the offices are remembered
        issue_cards(many, by=secretary, at=AT)


def test_a_number_shows_a_slip_before_anything_is_looked_up() -> None:
    number = draw_number()
    assert len(number) == DIGITS
    assert is_card_number(number)
    assert check_digit("7992739871") == "3"

    slips = {
        number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :] for place in range(DIGITS)
    }
    assert not any(is_card_number(slip) for slip in slips)
    assert not any(is_card_number(text) for text in ("", number[:-1], f"{number}0", "٤٨٢١٩٠٣٧٧"))


@pytest.mark.parametrize(
    ("pin", "refused"),
    [
        ("4827", None),
        ("0917", None),
        ("58203", None),
        ("602193", None),
        ("482", NotAPin),
        ("4820193", NotAPin),
        ("48a7", NotAPin),
        ("", NotAPin),
        ("٤٨٢٧", NotAPin),
        ("0000", TooEasy),
        ("777777", TooEasy),
        ("1234", TooEasy),
        ("123456", TooEasy),
        ("567890", TooEasy),
        ("9876", TooEasy),
        ("3210", TooEasy),
        ("1212", TooEasy),
        ("121212", TooEasy),
        ("482482", TooEasy),
        ("2580", TooEasy),
        ("1949", TooEasy),
        ("1948", OwnYear),
        ("194806", OwnYear),
        ("061948", OwnYear),
        ("0007", OwnNumber),
        ("2190", OwnNumber),
    ],
)
def test_an_obvious_pin_is_refused_with_words(branch, pin, refused) -> None:
    member = make_member("old", branch, birth_year=1948, phone="13900000077")
    if refused is None:
        check_pin(pin, member=member, card_number="482190377")
    else:
        with pytest.raises(refused) as met:
            check_pin(pin, member=member, card_number="482190377")
        assert str(met.value.words)


def test_the_right_pin_opens_and_forgives_earlier_failures(member, secretary) -> None:
    card = active_card(member, by=secretary, at=AT)
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongPin) as met:
            try_pin(card, "9999", number=card.number, at=AT)
        assert met.value.left == left

    assert try_pin(card, PIN, number=card.number, at=AT) == card
    card.refresh_from_db()
    assert (card.failed, card.rests_until) == (0, None)


def test_five_wrong_rest_a_quarter_of_an_hour_and_ten_lock(member, secretary) -> None:
    card = active_card(member, by=secretary, at=AT)
    assert lefts(card, 5, at=AT) == [4, 3, 2, 1, 0]
    with pytest.raises(CardRests) as met:
        try_pin(card, PIN, number=card.number, at=AT + timedelta(minutes=14, seconds=59))
    assert met.value.minutes == 1

    after = AT + timedelta(minutes=15)
    assert lefts(card, 5, at=after) == [4, 3, 2, 1, 0]
    for at in (after, after + timedelta(days=400)):
        with pytest.raises(CardLocked):
            try_pin(card, PIN, number=card.number, at=at)
    card.refresh_from_db()
    assert card.failed == 10


def lefts(card: StudyCard | None, times: int, *, at, number: str = "") -> list[int]:
    found = []
    for _time in range(times):
        with pytest.raises(WrongPin) as met:
            try_pin(card, "9999", number=card.number if card else number, at=at)
        found.append(met.value.left)
    return found


def test_a_number_that_no_card_has_is_answered_alike(member, secretary) -> None:
    number = draw_number()
    assert lefts(None, 5, at=AT, number=number) == [4, 3, 2, 1, 0]
    with pytest.raises(CardRests) as met:
        try_pin(None, "9999", number=number, at=AT + timedelta(minutes=14))
    assert met.value.until == AT + timedelta(minutes=15)

    after = AT + timedelta(minutes=15)
    assert lefts(None, 5, at=after, number=number) == [4, 3, 2, 1, 0]
    with pytest.raises(CardLocked):
        try_pin(None, "9999", number=number, at=after)
    assert SignInTry.objects.values("scope").distinct().count() == 1
    assert number not in SignInTry.objects.first().scope


@pytest.mark.parametrize("which", ["no card", "a card without a PIN", "a card with another PIN"])
def test_every_wrong_try_costs_one_hash(member, secretary, monkeypatch, which) -> None:
    card = {
        "no card": lambda: None,
        "a card without a PIN": lambda: issue_card(member, by=secretary, at=AT).card,
        "a card with another PIN": lambda: active_card(member, by=secretary, at=AT),
    }[which]()
    hashed = []
    hasher = get_hasher()
    encode = hasher.encode  # the tests' quick hasher verifies by encoding again
    monkeypatch.setattr(type(hasher), "encode", lambda self, *words: hashed.append(words) or encode(*words))

    with pytest.raises(WrongPin):
        try_pin(card, "9999", number=card.number if card else draw_number(), at=AT)

    assert len(hashed) == 1


def test_the_branch_opens_a_locked_card_again_and_the_pin_stays(member, secretary, stranger) -> None:
    card = active_card(member, by=secretary, at=AT)
    StudyCard.objects.update(failed=10)
    with pytest.raises(NotYoursToIssue):
        open_again(member, by=stranger, at=AT)

    open_again(member, by=secretary, at=AT)

    assert try_pin(card, PIN, number=card.number, at=AT) == card
    assert actions()[-1] == ("card.opened", "done")


def test_a_found_card_that_nobody_has_used_is_worthless_without_its_code(member, secretary) -> None:
    card, activation, _address = issue_card(member, by=secretary, at=AT)
    for pin in ("", PIN, activation):
        with pytest.raises(WrongPin):
            try_pin(card, pin, number=card.number, at=AT)
    with pytest.raises(WrongPin):
        try_activation(card, "000000" if activation != "000000" else "111111", number=card.number, at=AT)

    assert try_activation(card, activation, number=card.number, at=AT) == card


def test_the_code_for_the_first_use_ends_after_sixty_days_and_after_its_use(member, secretary) -> None:
    card, activation, _address = issue_card(member, by=secretary, at=AT)
    ends = AT + timedelta(days=60)
    assert try_activation(card, activation, number=card.number, at=ends - timedelta(seconds=1)) == card
    with pytest.raises(WrongPin):
        try_activation(card, activation, number=card.number, at=ends)

    card.pin, card.pin_set_at = "argon2$x", AT
    with pytest.raises(WrongPin):
        try_activation(card, activation, number=card.number, at=AT)


def test_the_member_and_the_branch_cancel_a_card_and_nobody_else(member, secretary, stranger) -> None:
    issue_card(member, by=secretary, at=AT)
    with pytest.raises(NotYoursToIssue):
        revoke_card(member, by=stranger, at=LATER)
    assert StudyCard.objects.valid().count() == 1

    revoke_card(member, by=member, at=LATER)

    assert StudyCard.objects.get().revoked_by == member
    with pytest.raises(NoCard):
        revoke_card(member, by=secretary, at=LATER)
    assert actions() == [("card.issued", "done"), ("card.revoked", "done")]


def test_the_words_and_the_shape_of_what_is_issued_is_kept(member, secretary) -> None:
    issued = issue_card(member, by=None, at=AT)

    assert isinstance(issued, Issued)
    assert issued.card.issued_by is None
    assert str(issued.card) == " ".join(issued.card.number[start : start + 3] for start in (0, 3, 6))


def test_an_erased_member_keeps_no_card(member, secretary, county) -> None:
    guard, second = make_member("guard"), make_member("guard2")
    for one in (guard, second):
        give_office(one, county, Office.Kind.SECURITY_ADMINISTRATOR)
    issue_card(member, by=secretary, at=AT)
    asked = erasure.ask(member=member, reason="own_request", by=member, at=AT)

    erasure.confirm(asked.key, by=guard, at=LATER)

    assert StudyCard.objects.count() == 0
    assert OpenSession.objects.count() == 0


def test_what_is_over_a_year_after_it_was_cancelled_goes(member, secretary) -> None:
    at = now()
    issue_card(member, by=secretary, at=at - timedelta(days=500))
    revoke_card(member, by=member, at=at - timedelta(days=364))
    issue_card(member, by=secretary, at=at - timedelta(days=400))
    drop_what_is_over(at)
    assert StudyCard.objects.count() == 2

    drop_what_is_over(at + timedelta(days=2))

    assert StudyCard.objects.valid().count() == StudyCard.objects.count() == 1
