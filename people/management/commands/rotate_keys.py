"""`manage.py rotate_keys`: make, renew and drop the keys of personal data."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import BaseCommand, CommandError

from people.ciphers import read_keys, write_new_keys
from people.rotation import StillNeeded, drop_old_keys, put_key_first, renew_all, waiting


class Command(BaseCommand):
    help = (
        "Puts a fresh key first in KEYS_FILE and encrypts everything anew. Can be stopped and begun again. "
        "The file has to be the same on every machine, and belongs into a backup apart from the database."
    )
    requires_system_checks: tuple = ()  # one of them asks for the file that --new makes

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--new", action="store_true", help="make the file; an existing one is left as it is"
        )
        what.add_argument(
            "--drop-old", action="store_true", help="remove the old keys once nothing needs them"
        )

    def handle(self, *args: object, new: bool, drop_old: bool, **options: object) -> None:
        path = Path(settings.KEYS_FILE)
        if new:
            self.make(path)
            return
        try:
            read_keys(path)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if drop_old:
            self.drop(path)
        else:
            self.rotate(path)

    def make(self, path: Path) -> None:
        if path.exists():
            raise CommandError(
                f"{path} exists and was left as it is. Without options, this command renews it."
            )
        write_new_keys(path)
        self.stdout.write(f"{path} holds fresh keys. Keep a copy apart from the database.")

    def rotate(self, path: Path) -> None:
        left = waiting(path)
        if left:
            self.stdout.write(
                f"An earlier run left {left} texts under old keys: going on with them, no new key."
            )
        else:
            put_key_first(path)
        done = renew_all(path, lambda so_far: self.stdout.write(f"  {so_far} encrypted anew"))
        self.stdout.write(
            f"{done} texts are now under the newest key. Older backups need the old keys: keep a copy of the "
            "file with them, then manage.py rotate_keys --drop-old removes them here."
        )

    def drop(self, path: Path) -> None:
        try:
            gone = drop_old_keys(path)
        except StillNeeded as error:
            raise CommandError(
                f"{error.count} texts need an old key; nothing was removed. First: manage.py rotate_keys"
            ) from error
        self.stdout.write(f"{gone} old keys removed." if gone else "There is no old key.")
