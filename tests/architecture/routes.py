"""
Walking every address with every role: two subtrees that share nobody, and what each role meets.

The table is in `route_table.py`. A route that is not in it fails the walk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver, resolve
from django.utils.timezone import now
from wagtail.images.models import Image

from courses import reading
from courses.models import BroughtDocument, EditionFile, LessonEdition, LessonPage, PrivateDocument
from hours import ledger, ruling
from hours.ledger import Event
from hours.objections import raise_objection
from jobs.models import Job
from meetings import holding
from meetings.closing import close_meeting
from meetings.holding import Mark, Plan
from outreach.arranged import PlannedVisit
from outreach.packet_records import Packet, PacketStep, PackRun, PackVolume
from outreach.reports import Visited
from outreach.sheets import ActivitySheet
from people import corrections, erasure
from people.middleware import AdminOffices
from people.mobility import MobileRegistration
from people.models import Affiliation, Member, Office, Organisation, Pairing
from people.transfers import Transfer
from people.workbooks.batches import ImportBatch, WorkbookExport
from quizzes import attempts, slots
from quizzes.models import QuestionFile
from quizzes.slots import Place
from tests.cast import LONG_AGO, add_lesson, add_module, give_office, moment
from tests.courses.lessons import live_edition
from tests.hours.rows import add_record
from tests.outreach.visiting import visit
from tests.quizzes.conftest import EDITION
from tests.quizzes.papers import add_question, add_quiz

K = Office.Kind

ANONYMOUS = "anonymous"
OFFICES = {
    "secretary": ("branch", K.SECRETARY),
    "deputy": ("branch", K.DEPUTY),
    "committee member": ("branch", K.COMMITTEE_MEMBER),
    "group leader": ("group", K.GROUP_LEADER),
    "visitor": ("branch", K.VISITOR),
    "general branch leader": ("general branch", K.SECRETARY),
    "county leader": ("county", K.SECRETARY),
    "observer": ("county", K.OBSERVER),
    "editor": ("county", K.EDITOR),
    "reviewer": ("county", K.REVIEWER),
    "system": ("county", K.SYSTEM_ADMINISTRATOR),
    "audit": ("county", K.AUDIT_ADMINISTRATOR),
    "security": ("county", K.SECURITY_ADMINISTRATOR),
}
"""Who holds which office where, in our county; all of them are at home in the branch."""

ELSEWHERE = {
    "member elsewhere": None,
    "secretary elsewhere": ("branch", K.SECRETARY),
    "visitor elsewhere": ("branch", K.VISITOR),
    "county leader elsewhere": ("county", K.SECRETARY),
    "audit elsewhere": ("county", K.AUDIT_ADMINISTRATOR),
    "security elsewhere": ("county", K.SECURITY_ADMINISTRATOR),
}
"""The same in another county, to whom nothing of ours is shown."""

ROLES = [ANONYMOUS, "member", "colleague", *OFFICES, *ELSEWHERE]
SIGNED_IN = frozenset(ROLES) - {ANONYMOUS}

LATER = date(2099, 1, 1)

SHOWN, SIGN_IN, HIDDEN = "shown", "asked to sign in", "not there"


@dataclass(frozen=True)
class Row:
    """One address of a route, and the roles it is shown to; to the others it is not there."""

    route: str
    to: Collection[str]
    keys: dict[str, str] = field(default_factory=dict)
    at: str = ""
    method: str = "GET"
    body: dict | None = None
    stranger: str = SIGN_IN
    others: str = HIDDEN
    """What a role meets that it is not shown to."""

    def expected(self, role: str) -> str:
        if role in self.to:
            return SHOWN
        return self.stranger if role == ANONYMOUS else self.others


def routes() -> list[str]:
    """Every route of the resolver, without the language before it; each once."""
    return sorted(set(_below(get_resolver(), "")))


def _below(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        language = type(getattr(entry, "pattern", None)).__name__ == "LocalePrefixPattern"
        route = before if language else before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(entry, route)
        else:
            yield route


@dataclass
class Scene:
    """Two counties, everybody's visits, and the keys of our county that addresses are made of."""

    keys: dict[str, str]
    cookies: dict[str, SimpleCookie]
    people: dict[str, Member]
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    """One for all visits: making the middleware anew for each of thousands would take longer."""

    def address(self, row: Row) -> str:
        if row.at:
            return row.at.format(**{name.replace(" ", "_"): key for name, key in self.keys.items()})
        return "/" + re.sub(
            r"<(?:\w+:)?(\w+)>", lambda found: self.keys[row.keys.get(found[1], found[1])], row.route
        )

    def visit(self, role: str, address: str, row: Row) -> HttpResponse:
        """Ask as that role, and put back whatever the visit changed."""
        client = self.client
        client.cookies = SimpleCookie(self.cookies.get(role, SimpleCookie()).output(header="", sep=";"))
        with transaction.atomic():
            if row.method == "GET":
                response = client.get(address)
            elif row.body is not None:
                response = client.generic(
                    row.method, address, json.dumps(row.body), content_type="application/json"
                )
            else:
                response = client.post(address)
            transaction.set_rollback(True)
        return response

    def is_stopped_at_the_door(self, role: str, address: str) -> bool:
        """True when the administration is closed to that role there, before any view is asked."""
        request = RequestFactory().get(address)
        request.user = self.people[role]
        try:
            AdminOffices(lambda request: HttpResponse()).process_view(request, resolve(address).func, [], {})
        except Http404:
            return True
        return False


def met(response: HttpResponse) -> str:
    """What somebody met who asked: shown, asked to sign in, not there; anything else by its number."""
    away = response.headers.get("Location", "")
    if response.status_code == 401 or (response.status_code == 302 and re.match(r"(/en)?/sign-in/", away)):
        return SIGN_IN
    if response.status_code == 302 and away == "/admin/":
        return HIDDEN  # Wagtail's way of saying no to who has other business there
    if response.status_code == 404:
        return HIDDEN
    if response.status_code in {200, 204, 302, 409, 422}:
        return SHOWN
    return f"answered {response.status_code}"


def faults(scene: Scene, rows: Iterable[Row], roles: Iterable[str], prefix: str = "") -> list[str]:
    """Walk these rows with these roles; return what was otherwise than the table says, in words."""
    found = []
    for row in rows:
        address = prefix + scene.address(row)
        for role in roles:
            answer, expected = met(scene.visit(role, address, row)), row.expected(role)
            if answer != expected:
                found.append(f"{prefix}/{row.route} as {role}: {answer}, but the table says {expected}")
    return found


def unclassified(known: Iterable[str], prefixes: Iterable[str], present: Iterable[str]) -> list[str]:
    """Routes that no row and no beginning of an address speaks of."""
    named, beginnings = set(known), tuple(prefixes)
    return [route for route in present if route not in named and not route.startswith(beginnings)]


def build_scene(edition: LessonEdition, monkeypatch) -> Scene:
    """Everybody and everything the addresses speak of. Our county first, then the other."""
    ours, theirs = _county("ours"), _county("theirs")
    add_lesson(add_module("en"))
    people = {"member": _member("member", ours), "colleague": _member("colleague", ours)}
    offices = {}
    for name, (place, kind) in OFFICES.items():
        people[name] = _member(name, ours)
        offices[name] = give_office(people[name], ours[place], kind)
    for name, held in ELSEWHERE.items():
        people[name] = _member(name, theirs)
        if held:
            give_office(people[name], theirs[held[0]], held[1])
    Affiliation.objects.filter(member=people["member"]).update(group=ours["group"])
    Pairing.objects.create(visitor=people["visitor"], member=people["member"], since=LONG_AGO)
    lent = Office.objects.create(
        member=people["colleague"], organisation=theirs["branch"], kind=K.GROUP_LEADER, since=LATER,
        until=LATER, stands_in_for=offices["secretary"],
    )  # fmt: skip
    keys = {name: str(place.key) for name, place in ours.items()}
    keys |= {
        "the member": str(people["member"].key),
        "visitor's office": str(offices["visitor"].pk),
        "secretary's office": str(offices["secretary"].pk),
        "county leader's office": str(offices["county leader"].pk),
        "lent office": str(lent.pk),
        **_study(people["member"], monkeypatch),
        "study record": str(add_record(people["member"], at=moment("2026-03-10 10:00")).pk),
        **_asked(people, ours),
        **_workbooks(people["county leader"], ours["county"]),
        **_files(),
        **_brought(people["editor"]),
        **_requests(people["member"]),
        "proposed rule": str(_proposed_rule(people["system"])),
        **_for_the_secretary(people["member"]),
        **_meetings(people["secretary"], ours),
        **_visited(people["member"], people["visitor"]),
        **_packed(people, ours["branch"]),
        "rule": "host_leads",
        "1": "1",
        "no key": "999999",
        "act": "codes",
        "question": str(add_question("L3").pk),
        "step": "submit",
        "change": "rename",
        "stop": "stop",
        "again": "again",
        "edition": str(edition.key),
        "error report": _reported(people["member"], edition),
        "lesson": str(edition.translation_key),
    }
    return Scene(keys, {name: _signed_in(member) for name, member in people.items()}, people)


def _county(name: str) -> dict[str, Organisation]:
    found = Organisation.objects.found
    county = found(kind="committee", name=f"{name} county")
    general = found(kind="general_branch", name=f"{name} general", under=county)
    branch = found(kind="branch", name=f"{name} branch", under=general)
    group = found(kind="group", name=f"{name} group", under=branch)
    second = found(kind="branch", name=f"{name} second branch", under=general)
    return {
        "county": county,
        "general branch": general,
        "branch": branch,
        "group": group,
        "second branch": second,
    }


def _member(name: str, county: dict[str, Organisation]) -> Member:
    number = f"walker{Member.objects.count()}"
    member = Member.objects.create_user(number, None, name=name)
    Affiliation.objects.create(member=member, branch=county["branch"], kind="home", since=LONG_AGO)
    return member


def _signed_in(member: Member) -> SimpleCookie:
    client = Client()
    client.force_login(member)
    return client.cookies


def _reported(member: Member, edition: LessonEdition) -> str:
    """A reader told the editors of an error; its key."""
    key = uuid4()
    reading.report_error(member, edition, about="fact", part="", words="年份不对。", key=key, at=now())
    return str(key)


def _study(member: Member, monkeypatch) -> dict[str, str]:
    """A quiz with an attempt that is open, and one that is handed in."""
    opened, done = add_quiz(add_question("L1")), add_quiz(add_question("L2"))
    places = {quiz.key: Place("title", "/mass-line/one/first/", EDITION) for quiz in (opened, done)}
    monkeypatch.setattr(slots, "_places", [])
    slots.register_places(lambda keys, member, language: {k: p for k, p in places.items() if k in keys})
    at = moment("2026-03-10 10:00")
    open_one = attempts.begin(member=member, quiz=opened, at=at)
    handed_in = attempts.begin(member=member, quiz=done, at=at)
    attempts.hand_in(attempt_id=handed_in.pk, member_id=member.pk, at=at)
    return {"quiz": str(opened.key), "open attempt": str(open_one.pk), "attempt": str(handed_in.pk)}


def _for_the_secretary(member: Member) -> dict[str, str]:
    """What the branch is to confirm, and to answer."""
    at = moment("2026-03-10 12:00")
    times = {"started_at": moment("2026-03-10 11:00"), "ended_at": moment("2026-03-10 11:10")}
    waits = Event(
        member=member, bucket="individual", source="paper", key="walked", standing="awaiting", **times
    )  # fmt: skip
    row = ledger.add(waits, at=at)
    asked = raise_objection(row, by=member, text="x", at=at)
    return {"awaiting record": str(row.pk), "objection": str(asked.key)}


def _visited(member: Member, visitor: Member) -> dict[str, str]:
    """A visit with a question, and one that is planned."""
    at = moment("2026-03-10 12:00")
    made = visit(visited=[Visited(member.key, "tap", questions=["x"])], by=visitor, at=at).visit
    day = moment("2026-03-20 12:00").date()
    plan = PlannedVisit.objects.create(
        visitor=visitor, member=member, day=day, planned_by=visitor, planned_at=at
    )
    return {
        "visit": str(made.key),
        "planned visit": str(plan.key),
        "asked question": str(made.questions.get().key),
    }


def _packed(people: dict[str, Member], branch: Organisation) -> dict[str, str]:
    """The member's study pack, made, with a file of its own and one of its volume."""
    at, file = moment("2026-03-10 12:00"), ContentFile(b"%PDF-1.7", name="pack.pdf")
    run = PackRun.objects.create(
        organisation=branch, asked_by=people["secretary"], asked_at=at, language="zh-hans",
        kind="print_run", look={}, contents={"lessons": [], "quizzes": []},
    )  # fmt: skip
    volume = PackVolume.objects.create(run=run, number=1, file=file, pages=1)
    packet = Packet.objects.create(
        number="2026-000001", run=run, member=people["member"], branch=branch, volume=volume, file=file,
        contents={"lessons": [], "quizzes": []}, made_at=at,
    )  # fmt: skip
    PacketStep.objects.create(packet=packet, state="made", on=at.date(), at=at)
    return {"packs asked for": str(run.key), "pack": str(packet.key)}


def _meetings(secretary: Member, ours: dict[str, Organisation]) -> dict[str, str]:
    """One whose roll is open, one of the group, and one that is closed."""
    begin, at = moment("2026-03-10 10:00"), moment("2026-03-10 12:00")
    times, by = (begin, begin + timedelta(hours=1)), {"by": secretary, "at": at}
    opened = holding.open_meeting(ours["branch"], Plan("theme_day", *times), **by)
    group = holding.open_meeting(ours["group"], Plan("group", *times), **by)
    closed = holding.open_meeting(ours["branch"], Plan("general", *times), **by)
    holding.mark(closed, [Mark(uuid4(), secretary.key, "present")], **by)
    close_meeting(closed, **by)
    found = {"open meeting": opened, "group meeting": group, "closed meeting": closed}
    return {name: str(meeting.key) for name, meeting in found.items()}


def _proposed_rule(system: Member) -> UUID:
    at = moment("2026-03-10 10:00")
    fields = {"value": 0, "valid_from": LATER, "source": "x"}
    return ruling.propose("host_leads", by=system, at=at, **fields).key


def _requests(member: Member) -> dict[str, str]:
    """What the member asks for: a correction, and to be erased."""
    at = moment("2026-03-10 10:00")
    correction = corrections.ask(member=member, matter="name", should_be="x", at=at)
    asked = erasure.ask(member=member, reason="own_request", by=member, at=at)
    return {"correction": str(correction.key), "erasure": str(asked.key)}


def _asked(people: dict[str, Member], ours: dict[str, Organisation]) -> dict[str, str]:
    """What is going on with the member: a transfer, and being away."""
    at, day = moment("2026-03-10 10:00"), LONG_AGO
    member = people["member"]
    places = {"origin": ours["branch"], "target": ours["second branch"]}
    found = {
        "transfer": Transfer.objects.create(
            member=member, asked_from="origin", asked_by=people["secretary"], asked_at=at, **places
        ),
        "registration": MobileRegistration.objects.create(
            member=member, branch=ours["branch"], receiving=ours["second branch"],
            contact=people["colleague"], since=day, months=12,
        ),
    }  # fmt: skip
    sheet = ActivitySheet.objects.create(
        number="2026-000001", member=member, registration=found["registration"], branch=ours["branch"],
        since=day, expires_on=LATER, issued_by=people["colleague"], issued_at=at,
    )  # fmt: skip
    keys = {name: str(row.key) for name, row in found.items()}
    return keys | {"activity record": str(sheet.key), "code on the sheet": sheet.code}


def _workbooks(leader: Member, county: Organisation) -> dict[str, str]:
    """What a leader brought in and fetched, and the job behind it."""
    at = moment("2026-03-10 10:00")
    file = ContentFile(b"PK", name="people.xlsx")
    own = {"asked_by": leader, "asked_at": at}
    found = {
        "workbook": ImportBatch.objects.create(file_name="people.xlsx", file=file, **own),
        "export": WorkbookExport.objects.create(organisation=county, reason="x", file=file, **own),
        "job": Job.objects.create(kind="walked", **own),
    }
    return {name: str(row.key) for name, row in found.items()}


def _brought(editor: Member) -> dict[str, str]:
    """A document that an editor brought in and that could not be read, and the job behind it."""
    own = {"asked_by": editor, "asked_at": moment("2026-03-10 10:00")}
    job = Job.objects.create(kind="walked", **own)
    brought = BroughtDocument.objects.create(file_name="a.docx", kind="docx", state="refused", **own)
    sent = QuestionFile.objects.create(file_name="a.xlsx", state="refused", **own)
    return {
        "brought document": str(brought.key),
        "brought job": str(job.key),
        "file of questions": str(sent.key),
    }


def _files() -> dict[str, str]:
    """An image and a document that a lesson shows, and a document that no lesson shows."""
    file = {"file": ContentFile(b"%PDF-1.7", name="notes.pdf")}
    shown, hidden = (PrivateDocument.objects.create(title="notes", **file) for _both in range(2))
    drawing = ContentFile(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>', name="walked.svg")
    image = Image.objects.create(title="drawing", file=drawing, width=9, height=9)
    edition = live_edition(add_lesson(add_module(slug="files"), "files"))
    EditionFile.objects.create(edition=edition, image=image)
    EditionFile.objects.create(edition=edition, document=shown)
    for page in LessonPage.objects.all():  # in both languages
        page.tags.add("walked")
        page.save()
    return {
        "tag": "walked",
        "course": str(edition.page.get_parent().get_parent().translation_key),
        "course page": str(edition.page.get_parent().get_parent().pk),
        "document": shown.url,
        "document_of_nobody": hidden.url,
        "image": image.get_rendition("max-5x5|preserve-svg").url,
        "original_image": image.file.url,
    }


EXAMPLES = {
    "int": "999999",
    "uuid": "00000000-0000-4000-8000-000000000009",
    "slug": "x",
    "str": "x",
    "path": "x",
}


def example_of(route: str) -> str:
    """An address of a route of Wagtail, with keys of nothing."""
    address = re.sub(r"<(\w+):\w+>", lambda found: EXAMPLES[found[1]], route)
    address = re.sub(r"<\w+>", "x", address)
    if "(?P" in route:  # comparing two revisions
        address = "admin/pages/999999/revisions/compare/1...2/"
    return "/" + address.replace("^.*/", "no-such/").replace("^", "").replace("$", "")
