"""Position marks and codes, found again in the picture of a page."""

import cv2
import numpy
import pytest
import zxingcpp

from paper.codes import PageCode, read_page_code, read_typed_code
from paper.content import Look
from paper.marks import BITS, PAGE_MARKS, SHEET_MARKS
from paper.packs import print_pack, print_run
from paper.sheet import answer_slots
from tests.paper.packing import lesson, opened, pack, paragraph, quiz, text_of

SCALE = 3
MM = 72 / 25.4


def picture(page):
    return numpy.array(page.render(scale=SCALE).to_pil().convert("L"))


def marks_in(image):
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, numbers, _ = detector.detectMarkers(image)
    found = numbers.flatten().tolist() if numbers is not None else []
    return {number: corner[0] for number, corner in zip(found, corners, strict=True)}


def test_the_marks_are_those_of_the_dictionary():
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for number, bits in BITS.items():
        drawn = cv2.aruco.generateImageMarker(dictionary, number, 6)[1:5, 1:5] > 127
        assert bits == int("".join("1" if light else "0" for light in drawn.flatten()), 2)


@pytest.mark.parametrize(("size", "factor"), [("a4", 1.0), ("a3", 2**0.5)])
def test_marks_and_code_are_found_on_every_page_where_they_should_be(size, factor):
    whole = pack(lesson(paragraph("一句话。")), quizzes=[quiz()])
    for number, page in enumerate(opened(print_pack(whole, Look(size=size))), 1):
        image = picture(page)
        wanted = SHEET_MARKS if number in (4, 5) else PAGE_MARKS
        found = marks_in(image)
        assert sorted(found) == [mark.number for mark in wanted]
        for mark in wanted:
            expected = numpy.array([mark.x, mark.y]) * factor * MM * SCALE
            assert numpy.abs(found[mark.number][0] - expected).max() < 3
        codes = [read_page_code(code.text) for code in zxingcpp.read_barcodes(image)]
        assert codes == [PageCode(whole.key, number)]


def test_the_code_for_typing_stands_on_every_page():
    whole = pack(lesson(paragraph("一句话。")), quizzes=[quiz()])
    for number, page in enumerate(opened(print_pack(whole, Look())), 1):
        codes = [word for word in text_of(page).split() if word.count("-") == 3]
        assert [read_typed_code(code, lambda start: [whole.key]) for code in codes] == [
            PageCode(whole.key, number)
        ]


def test_each_pack_of_a_run_carries_its_own_codes():
    packs = [pack(lesson(paragraph("一句话。")), key=f"{number:032x}") for number in (1, 2)]
    document = opened(print_run(packs, Look(), duplex=False))
    codes = [read_page_code(zxingcpp.read_barcodes(picture(page))[0].text) for page in document]
    assert codes == [PageCode(one.key, page) for one in packs for page in (1, 2, 3)]


@pytest.mark.parametrize(("size", "factor"), [("a4", 1.0), ("a3", 2**0.5)])
def test_the_boxes_lie_where_the_geometry_says(size, factor):
    quizzes = [quiz(questions=12, options=4), quiz(questions=3, options=6)]
    document = opened(print_pack(pack(quizzes=quizzes), Look(size=size)))
    image = picture(document[len(document) - 2])
    unit = factor * MM * SCALE
    slots = [slot for slot in answer_slots(quizzes) if slot.sheet == 0]
    assert sum(len(slot.boxes) for slot in slots) == 12 * 4 + 3 * 6
    for slot in slots:
        for _, x, y in slot.boxes:
            inner = image[
                int((y + 1) * unit) : int((y + 9) * unit), int((x + 1) * unit) : int((x + 9) * unit)
            ]
            edge = image[int((y - 0.5) * unit) : int((y + 0.5) * unit), int((x + 5) * unit)]
            assert inner.min() == 255
            assert edge.min() < 200


def test_a_question_of_more_than_four_options_goes_on_in_the_next_row():
    slots = answer_slots([quiz(questions=1, options=6), quiz(questions=20, options=2)])
    assert [(slot.sheet, slot.group, slot.row, slot.question, slot.options) for slot in slots[:3]] == [
        (0, 0, 0, 1, 4),
        (0, 0, 1, 1, 2),
        (0, 0, 2, 2, 2),
    ]
    assert [box[0] for box in slots[1].boxes] == ["E", "F"]
    assert [(slot.sheet, slot.row) for slot in slots[-2:]] == [(1, 0), (1, 1)]
    assert slots[10].group == 1
