"""Every block of a lesson: described and previewed in the editor, with a form on the page and on paper."""

from http import HTTPStatus

import pytest
from django.core.files.base import ContentFile
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import override
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images import get_image_model

from courses.blocks import LessonBody, VideoBlock
from courses.forms_missing import Form, lessons_lacking_forms
from courses.forms_of_blocks import FORMS
from courses.models import LessonEdition, PrivateDocument
from courses.printing import printed_lesson
from courses.rendering import reading_seconds
from tests.cast import add_lesson, add_module
from tests.courses.lessons import add_lesson_of, live_edition
from tests.sources.quoted import add_passage

BODY = LessonBody()
BLOCKS = BODY.child_blocks
SEEN = sorted(set(BLOCKS) - {"image"})  # a picture needs a file


def test_the_forms_of_every_block_are_told() -> None:
    assert set(FORMS) == set(BLOCKS)
    assert [name for name, forms in FORMS.items() if bool(forms.printed) == bool(forms.why_not_printed)] == []


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_every_block_has_an_icon_a_description_a_template_and_a_preview(name) -> None:
    block = BLOCKS[name]

    assert block.meta.icon not in ("", "placeholder")
    assert str(block.meta.description)
    assert get_template(block.meta.template)
    assert block.is_previewable


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", SEEN)
def test_every_block_is_printed_as_it_says(name, language) -> None:
    with override(language):
        html = BLOCKS[name].render(BLOCKS[name].get_preview_value(), {"anchor": "part-1"})
    edition = LessonEdition(html=html, language=language, title="题", expected_seconds=60, sources=[])

    kinds = [block["kind"] for block in printed_lesson(edition).blocks]
    assert FORMS[name].printed in kinds if FORMS[name].printed else kinds == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_editor_shows_a_preview_of_every_block_in_both_languages(client, editor, language) -> None:
    from wagtail.users.models import UserProfile

    UserProfile.objects.create(user=editor, preferred_language=language)
    client.force_login(editor)
    address = reverse("wagtailadmin_block_preview")
    for name, block in BLOCKS.items():
        shown = client.get(address, {"id": block.definition_prefix})
        assert shown.status_code == HTTPStatus.OK, name
        assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in shown.text, name


def a_file(ending: str) -> PrivateDocument:
    document = PrivateDocument(title=ending)
    document.file.save(f"one.{ending}", ContentFile(b"x"))
    return document


@pytest.mark.django_db
def test_a_video_needs_captions_and_files_of_its_kinds() -> None:
    block = VideoBlock()
    good = {"file": a_file("mp4"), "captions": a_file("vtt"), "title": "片", "seconds": 60, "transcript": ""}
    assert block.clean(block.normalize(good))["title"] == "片"

    for wrong, where in (
        ({"captions": None}, "captions"),
        ({"captions": a_file("txt")}, "captions"),
        ({"file": a_file("docx")}, "file"),
    ):
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(block.normalize({**good, **wrong}))
        assert list(refused.value.block_errors) == [where]


def table(rows, *, kinds=("text", "text", "number"), caption="听意见"):
    heads = ["地方", "谁去", "条数"]
    columns = [{"type": kind, "heading": head} for kind, head in zip(kinds, heads, strict=False)]
    rows = [{"values": list(row)} for row in rows]
    return BLOCKS["table"].to_python({"columns": columns, "rows": rows, "caption": caption})


def test_a_table_has_headings_of_rows_and_columns_and_numbers_at_the_right() -> None:
    html = BLOCKS["table"].render(table([("村口", "<支书>", "12")]))

    assert 'role="region" tabindex="0" aria-label="听意见"' in html
    assert "<caption>听意见</caption>" in html
    assert '<th scope="col" class="n">条数</th>' in html
    assert '<th scope="row">村口</th>' in html
    assert '<td data-said="谁去' in html and "&lt;支书&gt;</td>" in html
    assert '<td class="n" data-said="条数' in html


@pytest.mark.django_db
def test_a_block_takes_the_time_it_asks_for() -> None:
    told = "从群众中来，到群众中去。" * 30
    audio = {"file": a_file("mp3"), "title": "录音", "seconds": 90, "transcript": told}
    module = add_module()
    heard = live_edition(add_lesson_of(module, ("audio", audio), slug="heard"))
    assert (heard.media_seconds, heard.screens) == (90, [0.5])

    asked = {"question": "哪里？", "hint": ""}
    thought = live_edition(add_lesson_of(module, ("discussion", asked), slug="asked"))
    assert thought.screens[0] == pytest.approx(20 + reading_seconds("一起来谈哪里"), abs=0.6)

    short = live_edition(add_lesson_of(module, ("table", table([("甲", "乙", "1")] * 4)), slug="table"))
    words = reading_seconds("听意见地方谁去条数" + "甲乙 1 " * 4)
    assert short.screens == [pytest.approx(words + 12, abs=0.1)]


@pytest.mark.django_db
def test_a_drawing_is_a_picture_with_its_dimensions_and_never_part_of_the_page() -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="9" height="9"/></svg>'
    )
    image = get_image_model()(title="图", file=ContentFile(drawing, name="drawing.svg"))
    image.save()
    value = {"image": image, "alt": "一个方块", "caption": ""}
    html = live_edition(add_lesson_of(add_module(), ("image", value))).html

    assert "<svg" not in html and "<rect" not in html
    assert 'width="320"' in html and 'height="200"' in html and 'alt="一个方块"' in html


@pytest.mark.django_db
def test_lessons_lacking_a_form_are_listed_with_what_they_lack(django_assert_num_queries) -> None:
    chinese, english = add_module(), add_module("en")
    whole = add_lesson(chinese, "whole")
    add_lesson(english, "whole", translation_key=whole.translation_key)
    video = {"file": a_file("mp4"), "captions": None, "title": "片", "seconds": 9, "transcript": " "}
    add_lesson(chinese, "video", title="只有视频", body=[("video", video)])
    quoting = add_lesson(chinese, "quoting", title="引文")
    words = [("locked_quotation", add_passage(text_en=""))]
    add_lesson(english, "quoting", title="Quoting", translation_key=quoting.translation_key, body=words)
    add_lesson(chinese, "file", title="文件", body=[("document", {"file": a_file("pdf"), "title": "单"})])

    with django_assert_num_queries(3):
        found = [(row.edition.title, row.lacks) for row in lessons_lacking_forms()]
    assert sorted(found) == sorted(
        [
            ("只有视频", [Form.OTHER_LANGUAGE, Form.CAPTIONS, Form.WORDS_OF_A_VIDEO]),
            ("Quoting", [Form.ENGLISH_WORDS]),
            ("文件", [Form.OTHER_LANGUAGE, Form.WORDS_OF_A_DOCUMENT]),
        ]
    )
