"""The small cast every test may borrow. Anything else a test needs, it makes itself."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import localdate, now

from courses.models import CoursePage, HomePage, LessonEdition, LessonPage, ModulePage
from people.models import Affiliation, Member, NoticeRead, Office, Organisation
from people.privacy_notice import in_force

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = date(2020, 1, 1)
PASSWORD = "a-good-long-password"


def moment(text: str) -> datetime:
    """`2026-03-10 10:00` in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def make_member(number: str, branch: Organisation | None = None, **fields: object) -> Member:
    """A member with a password who has read the privacy notice, at home in `branch`."""
    member = Member.objects.create_user(number, PASSWORD, **{"name": f"党员{number}", **fields})
    NoticeRead.objects.create(member=member, version=in_force(localdate()), at=now())
    if branch:
        Affiliation.objects.create(member=member, branch=branch, kind="home", since=LONG_AGO)
    return member


def give_office(member: Member, organisation: Organisation, kind: str) -> Office:
    return Office.objects.create(member=member, organisation=organisation, kind=kind, since=LONG_AGO)


@pytest.fixture
def county(db: None) -> Organisation:
    return Organisation.objects.found(kind="committee", name="柳溪县委", name_en="Liuxi County Committee")


@pytest.fixture
def general_branch(county: Organisation) -> Organisation:
    return Organisation.objects.found(
        kind="general_branch", name="城关总支", name_en="Town General Branch", under=county
    )


@pytest.fixture
def branch(general_branch: Organisation) -> Organisation:
    return Organisation.objects.found(
        kind="branch", name="柳溪社区支部", name_en="Liuxi Community Branch", under=general_branch
    )


@pytest.fixture
def other_branch(county: Organisation) -> Organisation:
    """A branch of the same county, under another secretary."""
    return Organisation.objects.found(
        kind="branch", name="东山村支部", name_en="Dongshan Village Branch", under=county
    )


@pytest.fixture
def member(branch: Organisation) -> Member:
    """Studies; belongs to `branch`."""
    return make_member("lihui", branch, name="李慧", name_latin="Li Hui", phone="13900000001")


@pytest.fixture
def secretary(branch: Organisation) -> Member:
    """Leads `branch`, and so sees `member`."""
    secretary = make_member("zhangwei", branch, name="张伟", name_latin="Zhang Wei", phone="13900000002")
    give_office(secretary, branch, Office.Kind.SECRETARY)
    return secretary


@pytest.fixture
def stranger(other_branch: Organisation) -> Member:
    """Leads the other branch, and so sees nobody of `branch`."""
    stranger = make_member("chenjun", other_branch, name="陈军", name_latin="Chen Jun")
    give_office(stranger, other_branch, Office.Kind.SECRETARY)
    return stranger


@pytest.fixture
def editor(county: Organisation) -> Member:
    editor = make_member("bianji", None, name="周敏", name_latin="Zhou Min")
    give_office(editor, county, Office.Kind.EDITOR)
    return editor


def add_module(language: str = "zh-hans", slug: str = "one") -> ModulePage:
    """A course and a module below the home page of a language."""
    home = HomePage.objects.get(locale__language_code=language)
    course = CoursePage.objects.child_of(home).filter(slug="mass-line").first()
    if course is None:
        title = "群众路线" if language == "zh-hans" else "The mass line"
        course = home.add_child(
            instance=CoursePage(title=title, slug="mass-line", category="purpose", locale=home.locale)
        )
    title = "第一专题" if language == "zh-hans" else "Module one"
    return course.add_child(instance=ModulePage(title=title, slug=slug, locale=home.locale))


CHINESE = "从群众中来，到群众中去。" * 15
"""180 characters: a screenful at four a second."""

PUBLISHABLE: dict[str, object] = {
    "sources": [("source", {"work": "《中国共产党章程》", "date": "2022年10月22日"})],
    "valid_as_of": date(2026, 11, 1),
    "review_by": date(2027, 11, 30),
}
"""What a lesson has to say of itself before it can be published."""


def add_lesson(
    module: ModulePage, slug: str = "first", *, title: str = "", paragraphs: int = 3, **fields: object
) -> LessonPage:
    """A published lesson of as many screens as paragraphs, 37.5 seconds each (in Chinese)."""
    english = module.locale.language_code == "en"
    text = "From the masses, to the masses. " * 18 if english else CHINESE
    lesson = LessonPage(
        title=title or ("How it formed" if english else "群众路线是怎样形成的"),
        slug=slug,
        locale=module.locale,
        **{**PUBLISHABLE, "body": [("paragraph", f"<p>{text}</p>")] * paragraphs, **fields},
    )
    module.add_child(instance=lesson)
    lesson.save_revision().publish()
    return LessonPage.objects.get(pk=lesson.pk)


@pytest.fixture
def lesson(db: None) -> LessonEdition:
    """The live edition of a Chinese lesson: three screens."""
    page = add_lesson(add_module())
    return LessonEdition.objects.live().select_related("page").get(page=page)


@pytest.fixture
def today() -> date:
    return localdate()
