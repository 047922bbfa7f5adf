"""`manage.py begin`: the first three administrators of an empty site."""

import sys
from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError
from django.utils.timezone import now
from django.utils.translation import override

from people.beginning import HasMembers, NoAdministrator, begin, recover
from people.models import Member, Office

BEGUN = (
    "This site has members, so it has begun; nothing was changed. Offices are given and one-time codes made "
    "by the security administrator, in the administration. If an administrator cannot sign in any more: "
    "manage.py begin --recover NUMBER"
)
NAMES = {
    Office.Kind.SYSTEM_ADMINISTRATOR: "system",
    Office.Kind.AUDIT_ADMINISTRATOR: "audit",
    Office.Kind.SECURITY_ADMINISTRATOR: "security",
}


class Command(BaseCommand):
    help = (
        "Makes the top committee and three administrators (system, audit, security: three persons) with "
        "a one-time code that is printed once. Only on an empty site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--committee", help="name of the top committee, in Chinese")
        parser.add_argument("--committee-en", default="", help="its name in English")
        for name in NAMES.values():
            parser.add_argument(f"--{name}", help=f"name of the {name} administrator")
        parser.add_argument(
            "--recover", metavar="NUMBER", help="make a code for an administrator no other can help"
        )
        parser.add_argument(
            "--without-second-step",
            action="store_true",
            help="with --recover: telephone and recovery codes are lost too",
        )

    def handle(self, *args: object, **options: str) -> None:
        if options["recover"]:
            self.recover(options["recover"], without_second_step=bool(options["without_second_step"]))
            return
        try:
            self.begin(options)
        except HasMembers as error:
            raise CommandError(BEGUN) from error

    def begin(self, options: dict) -> None:
        if Member.objects.exists():  # before anything is asked
            raise HasMembers
        committee = self.asked(options["committee"], "--committee", "Name of the top committee")
        names = {
            kind: self.asked(options[name], f"--{name}", f"Name of the {name} administrator")
            for kind, name in NAMES.items()
        }
        with override("en"):
            made = begin(committee=committee, committee_en=options["committee_en"], names=names, at=now())
            self.stdout.write(
                "Give each their own line. A code is valid for seven days and is shown this once.\n"
            )
            for one in made:
                self.stdout.write(
                    f"  {one.member.name}  {one.office}: number {one.member.number}, code {one.code}"
                )
        self.stdout.write(
            "\nThey choose “First sign-in, or password forgotten?” on the sign-in page, then “I have a code”."
        )

    def asked(self, given: str | None, option: str, question: str) -> str:
        """What was given as an option, or is typed now."""
        answer = given if given is not None else (input(f"{question}: ") if sys.stdin.isatty() else "")
        if not answer.strip():
            raise CommandError(f"{question} is missing: give it with {option}. Nothing was changed.")
        return answer.strip()

    def recover(self, number: str, *, without_second_step: bool) -> None:
        try:
            code = recover(number, without_second_step=without_second_step, at=now())
        except NoAdministrator as error:
            raise CommandError(
                f"Nobody with the number {number} is an administrator today; nothing was changed."
            ) from error
        self.stdout.write(f"  number {number}, code {code}  (valid for seven days, shown this once)")
