"""Our own thirty lessons, read as files: lengths, sources, dates, figures, languages, questions."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from courses.content_files import CONTENT, CourseFiles, courses, quoted

COURSES = {course.folder.name: course for course in courses()}
NUMBERS = [(name, n) for name, course in COURSES.items() for m in course.modules for n in m["lessons"]]
LESSONS = [(name, number, language) for name, number in NUMBERS for language in ("zh", "en")]
WORKS = {work["id"]: work for work in quoted()[0]}
PASSAGES = {passage["id"]: passage for passage in quoted()[1]}
QUESTIONS = [(name, row) for name, course in COURSES.items() for row in course.questions]

LENGTHS = {"zh": range(850, 1501), "en": range(600, 1201)}
"""Of all that is read in a lesson: Chinese characters and figures, or English words."""
SUMMARIES = {"zh": range(20, 81), "en": range(60, 261)}
ALTERNATIVES = {"zh": range(50, 181), "en": range(150, 521)}
"""Of the text alternative of a figure, in characters."""
HEADINGS = range(3, 10)

MOST_UNTIL_REVIEW = timedelta(days=2 * 365)

NAMES_IN_CHINESE_LETTERS: tuple[str, ...] = ()
"""What may stand in Chinese characters in an English lesson."""
NAMES_IN_LATIN_LETTERS: tuple[str, ...] = ()
"""What may stand in Latin letters in a Chinese lesson."""

TO_BE_CONFIRMED = {
    f"{letter}{number:02}"
    for letter, numbers in {
        "B": (5, 14, 17, 22),
        "C": (6, 9, 11, 18, 20, 21, 22, 23, 26, 27, 29),
        "H": (4, 10, 11, 12, 16, 17, 18, 28, 29, 30, 31, 32, 33, 34, 36, 37),
        "L": (17,),
    }.items()
    for number in numbers
}
"""Facts that an editor has yet to find in the official text. The loader puts what is new in use at once, and
so they may not stand in a file."""

HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
FULL_WIDTH = r"[\u3000-\u303f\uff00-\uffef]"
SVG = "{http://www.w3.org/2000/svg}"

# What is not read: the kind of a block and the name of its file.
UNREAD = {"type", "file", "passage"}
BESIDE_THE_TEXT = {"alt", "caption", "work", "date", "place"}


def strings(value: Any, *, without: set[str] = UNREAD) -> Iterator[str]:
    """Every word that stands in a block or list of blocks."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, content in value.items():
            if name not in without:
                yield from strings(content, without=without)
    elif isinstance(value, list):
        for content in value:
            yield from strings(content, without=without)


def length(body: list[dict[str, Any]], language: str) -> int:
    words = " ".join(strings(body, without=UNREAD | BESIDE_THE_TEXT))
    return len(re.findall(rf"{HAN}|\d", words)) if language == "zh" else len(words.split())


def blocks(lesson: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in lesson["body"] if block["type"] == kind]


def shape(value: Any) -> Any:
    """The same for two lessons that differ in nothing but their words."""
    if isinstance(value, dict):
        return {name: value["type"] if name == "type" else shape(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [shape(content) for content in value]
    return None


def strange_letters(words: str, language: str) -> list[str]:
    """Letters, marks and figures of the other language."""
    names = NAMES_IN_LATIN_LETTERS if language == "zh" else NAMES_IN_CHINESE_LETTERS
    for name in names:
        words = words.replace(name, "")
    if language == "en":
        return re.findall(rf"{HAN}|{FULL_WIDTH}", words)
    return re.findall(
        rf"[A-Za-z]+|(?<={HAN})[,.;:!?()\[\]\"']|[,.;:!?()\[\]\"'](?={HAN})|——|(?<={HAN})[ \t](?={HAN})",
        words,
    )


@pytest.fixture
def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@pytest.fixture
def lesson(request: pytest.FixtureRequest) -> dict[str, Any]:
    name, number, language = request.param
    return COURSES[name].lesson(number, language) | {"language": language, "course": name}


in_every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids="/".join, indirect=True)


def test_there_are_thirty_lessons_in_each_language() -> None:
    counts = {name: sum(len(m["lessons"]) for m in course.modules) for name, course in COURSES.items()}

    assert counts == {
        "branch-life": 4,
        "mass-line": 12,
        "party-constitution": 5,
        "party-history": 5,
        "selected-speeches": 4,
    }
    assert sum(counts.values()) == 30


@pytest.mark.parametrize("name", COURSES)
def test_every_file_of_a_course_is_used_and_every_lesson_stands_in_one_module(name) -> None:
    course = COURSES[name]
    numbers = [number for module in course.modules for number in module["lessons"]]
    expected = {f"{number}.{language}.toml" for number in numbers for language in ("zh", "en")}
    figures = {
        block["file"]
        for number in numbers
        for language in ("zh", "en")
        for block in blocks(course.lesson(number, language), "figure")
    }

    assert [number for number, count in Counter(numbers).items() if count > 1] == []
    assert {path.name for path in (course.folder / "lessons").iterdir()} == expected
    assert {path.name for path in (course.folder / "figures").iterdir()} == figures


@in_every_lesson
def test_a_lesson_says_what_it_is_where_it_comes_from_and_until_when_it_holds(lesson, today) -> None:
    assert lesson["title"]
    assert len(lesson["summary"]) in SUMMARIES[lesson["language"]]
    assert lesson["sources"]
    assert all(source["work"] and source["date"] for source in lesson["sources"])
    assert lesson["valid_as_of"] <= today
    assert lesson["valid_as_of"] < lesson["review_by"] <= lesson["valid_as_of"] + MOST_UNTIL_REVIEW


@in_every_lesson
def test_a_lesson_is_neither_a_leaflet_nor_a_book(lesson) -> None:
    assert length(lesson["body"], lesson["language"]) in LENGTHS[lesson["language"]]
    assert len(blocks(lesson, "heading")) in HEADINGS
    assert lesson["body"][0]["type"] == "paragraph"
    kinds = [block["type"] for block in lesson["body"]]
    assert ("heading", "heading") not in set(pairwise(kinds))
    assert kinds[-1] != "heading"


@in_every_lesson
def test_a_quotation_names_its_work_and_date_and_the_work_is_among_the_sources(lesson) -> None:
    end = "" if lesson["language"] == "zh" else "_en"
    found = [(quotation["work"], quotation["date"]) for quotation in blocks(lesson, "quotation")]
    for locked in blocks(lesson, "locked_quotation"):
        work = WORKS[PASSAGES[locked["passage"]]["work"]]
        found.append((work[f"title{end}"], work[f"date{end}"]))

    for work, date_of_work in found:
        assert [s for s in lesson["sources"] if work in s["work"] and s["date"] == date_of_work], work


@pytest.mark.parametrize("name", PASSAGES)
def test_a_passage_is_short_and_says_where_it_stands(name) -> None:
    passage = PASSAGES[name]
    work = WORKS[passage["work"]]

    for language, end in (("zh", ""), ("en", "_en")):
        words = [passage[f"text{end}"], *(work[f"{part}{end}"] for part in ("title", "edition", "date"))]
        assert all(words)
        assert [text for text in words if strange_letters(text, language)] == []
        assert len(passage[f"text{end}"]) <= 200


@in_every_lesson
def test_a_figure_is_a_plain_drawing_with_words_for_those_who_cannot_see_it(lesson) -> None:
    for figure in blocks(lesson, "figure"):
        assert figure["file"].endswith(f".{lesson['language']}.svg")
        drawing = ET.parse(COURSES[lesson["course"]].figure(figure["file"])).getroot()
        assert drawing.tag == f"{SVG}svg"
        assert (drawing.get("width"), drawing.get("viewBox", "").split()[2]) == ("640", "640")
        tags = {element.tag.removeprefix(SVG) for element in drawing.iter()}
        assert tags & {"script", "foreignObject", "image", "use", "style", "a"} == set()
        assert strange_letters("\n".join(t.strip() for t in drawing.itertext()), lesson["language"]) == []

        assert len(figure["alt"]) in ALTERNATIVES[lesson["language"]]
        assert figure["caption"]
        assert figure["caption"] not in figure["alt"]


@in_every_lesson
def test_a_table_has_as_many_cells_in_each_row_as_in_its_head(lesson) -> None:
    for table in blocks(lesson, "table"):
        assert table["caption"]
        assert {len(row) for row in table["rows"]} == {len(table["head"])}
        assert all(table["head"])
        assert all(cell for row in table["rows"] for cell in row)


@in_every_lesson
def test_a_lesson_is_written_in_one_language(lesson) -> None:
    words = [lesson["title"], lesson["summary"], *strings(lesson["body"]), *strings(lesson["sources"])]

    strange = [text for text in words if strange_letters(text.strip(), lesson["language"])]
    assert strange == []


@pytest.mark.parametrize(("name", "number"), NUMBERS, ids=lambda value: value)
def test_both_languages_have_the_same_parts_in_the_same_order(name, number) -> None:
    chinese, english = (COURSES[name].lesson(number, language) for language in ("zh", "en"))

    assert chinese["id"] == english["id"] == f"{name}-{number}"
    same = ("slug", "valid_as_of", "review_by")
    assert [chinese[part] for part in same] == [english[part] for part in same]
    assert shape(chinese["body"]) == shape(english["body"])
    assert shape(chinese["sources"]) == shape(english["sources"])


def test_the_words_of_courses_and_modules_are_in_one_language_each() -> None:
    described = [part for course in COURSES.values() for part in (course.info, *course.modules)]

    for language in ("zh", "en"):
        # An address is in Latin letters in both.
        words = [*strings([part[language] for part in described], without={"slug"})]
        words += [tag for course in COURSES.values() for tag in course.info[f"tags_{language}"]]
        assert [text for text in words if strange_letters(text, language)] == []


def test_the_letters_of_the_other_language_are_noticed() -> None:
    assert strange_letters("群众路线,写在党章里.", "zh") == [",", "."]
    assert strange_letters("这是 the mass line 的意思。", "zh") == ["the", "mass", "line"]
    assert strange_letters("群众 路线", "zh") == [" "]
    assert strange_letters("1943年6月1日，《为人民服务》！", "zh") == []
    assert strange_letters("The mass line (群众路线)， in short.", "en") == ["群", "众", "路", "线", "，"]
    assert strange_letters("‘Serve the People’, 1944 – in short.", "en") == []


@pytest.mark.parametrize(
    ("name", "row"), QUESTIONS, ids=lambda value: value if isinstance(value, str) else value["id"]
)
def test_a_question_is_explained_sourced_dated_and_in_two_languages(name, row, today) -> None:
    for language in ("zh", "en"):
        words = [row[f"{part}_{language}"] for part in ("stem", "explanation", "source")]
        told = [option[language] for option in row.get("options", ()) if language in option]
        others = [line[language] for line in row.get("rubric", ())]
        others += [option[f"match_{language}"] for option in row.get("options", ()) if "match_zh" in option]
        accepted = {"zh": "accepted", "en": "accepted_en"}[language]
        others += [text for blank in row.get("blanks", ()) for text in blank[accepted]]
        words += [*told, *others]
        assert all(words)
        assert [text for text in words if strange_letters(text, language)] == []
        assert len(set(told)) == len(told)
    assert row["valid_as_of"] <= today
    assert row["valid_as_of"] < row["review_by"] <= row["valid_as_of"] + MOST_UNTIL_REVIEW


def test_only_confirmed_facts_are_asked() -> None:
    asked = {row["id"] for _, row in QUESTIONS}

    assert asked & TO_BE_CONFIRMED == set()
    assert {row.get("confidence", "A") for _, row in QUESTIONS} == {"A"}


def test_a_question_has_one_name_and_one_module() -> None:
    # The bank knows a question by its id, whichever course it comes from.
    ids = Counter(row["id"] for _, row in QUESTIONS)
    asked = Counter(
        q for course in COURSES.values() for module in course.modules for q in module["questions"]
    )

    assert [name for name, count in ids.items() if count > 1] == []
    assert asked == ids


def test_the_right_answer_does_not_always_stand_in_the_same_place() -> None:
    def places(course: CourseFiles) -> set[int]:
        single = [row for row in course.questions if row["kind"] == "single_choice"]
        return {[option["correct"] for option in row["options"]].index(True) for row in single}

    assert {name: places(course) for name, course in COURSES.items() if len(places(course)) < 3} == {}


def test_nothing_else_lies_in_the_folder_of_the_courses() -> None:
    kinds = {path.suffix for path in CONTENT.rglob("*") if path.is_file()}

    assert kinds == {".toml", ".svg"}
