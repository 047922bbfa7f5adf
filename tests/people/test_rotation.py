"""Keys are renewed without losing a letter, and old ones go when nothing needs them."""

from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from people.checks import keys_can_be_read
from people.ciphers import decrypted, read_keys, write_new_keys
from people.models import Member
from people.rotation import is_under, places, put_key_first, renew_all, waiting
from tests.cast import make_member
from tests.people.test_second_step import enrol, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(tmp_path: Path, settings) -> Path:
    settings.KEYS_FILE = tmp_path / "keys"
    write_new_keys(settings.KEYS_FILE)
    return settings.KEYS_FILE


def rotate(**options: bool) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue()


def stored_phones() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select phone from people_member where phone is not null order by id")
        return [row[0] for row in cursor.fetchall()]


def test_everything_is_encrypted_anew_and_reads_as_before(keys, branch, member) -> None:
    for number in range(7):
        make_member(f"m{number}", branch, phone=f"1370000000{number}")
    secret = enrol(signed_in())
    before, index = stored_phones(), Member.objects.get(pk=member.pk).phone_index
    told = rotate()

    assert "10 texts" in told  # eight telephones, a secret, a seed
    newest = Fernet(read_keys(keys).encrypting[0])
    after = stored_phones()
    assert not set(before) & set(after)
    assert sorted(newest.decrypt(token).decode() for token in after) == sorted(
        ["13900000001", *[f"1370000000{number}" for number in range(7)]]
    )
    assert decrypted(Authenticator.objects.get(type="totp").data["secret"]) == secret
    assert Member.objects.with_phone("13900000001").get() == member
    assert Member.objects.get(pk=member.pk).phone_index == index
    assert waiting(keys) == 0


def test_a_run_that_was_stopped_is_gone_on_with_and_makes_no_further_key(keys, member) -> None:
    put_key_first(keys)  # and then the power went
    told = rotate()

    assert "An earlier run left 1 texts" in told
    assert len(read_keys(keys).encrypting) == 2
    assert waiting(keys) == 0


def test_small_batches_leave_nobody_out(keys, branch, member, monkeypatch) -> None:
    monkeypatch.setattr("people.rotation.BATCH", 3)
    for number in range(7):
        make_member(f"m{number}", branch, phone=f"1370000000{number}")
    put_key_first(keys)
    heard = []

    assert renew_all(keys, heard.append) == 8
    assert heard == [3, 6, 8]


def test_what_changes_meanwhile_is_not_overwritten(keys, member, monkeypatch) -> None:
    put_key_first(keys)
    from people import rotation

    renewed = rotation.renewed

    def changes_first(token: str) -> str:
        changed = Member.objects.get(pk=member.pk)
        changed.phone = "13911112222"
        changed.save(update_fields=["phone", "phone_index"])
        return renewed(token)

    monkeypatch.setattr(rotation, "renewed", changes_first)

    assert renew_all(keys) == 0
    assert Member.objects.get(pk=member.pk).phone == "13911112222"


def test_old_keys_go_when_nothing_needs_them(keys, member) -> None:
    rotate()
    index = read_keys(keys).indexing
    assert "1 old keys removed" in rotate(drop_old=True)

    assert (len(read_keys(keys).encrypting), read_keys(keys).indexing) == (1, index)
    assert Member.objects.get(pk=member.pk).phone == "13900000001"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert "There is no old key" in rotate(drop_old=True)


def test_old_keys_stay_while_something_needs_them(keys, member) -> None:
    put_key_first(keys)
    held = keys.read_text()
    with pytest.raises(CommandError, match="1 texts need an old key; nothing was removed"):
        rotate(drop_old=True)

    assert keys.read_text() == held


def test_every_encrypted_column_is_known() -> None:
    known = {(place.table, place.column, place.json_key) for place in places()}

    assert {
        ("people_member", "phone", ""),
        ("mfa_authenticator", "data", "secret"),
        ("mfa_authenticator", "data", "seed"),
    } <= known


def test_a_new_file_is_made_once(tmp_path, settings) -> None:
    settings.KEYS_FILE = tmp_path / "deeper" / "keys"
    rotate(new=True)
    held = settings.KEYS_FILE.read_text()
    with pytest.raises(CommandError, match="left as it is"):
        rotate(new=True)

    assert settings.KEYS_FILE.read_text() == held
    assert is_under(settings.KEYS_FILE)("nothing") is False


def test_keys_that_cannot_be_read_are_told_in_a_sentence(tmp_path, settings) -> None:
    settings.DEMO = False
    settings.KEYS_FILE = tmp_path / "none"
    (error,) = keys_can_be_read(None)

    assert error.id == "people.E002"
    assert "manage.py rotate_keys --new" in error.msg
    with pytest.raises(CommandError, match="cannot be read"):
        rotate()
    with pytest.raises(ImproperlyConfigured):
        read_keys(settings.KEYS_FILE)
