"""With fewer data nothing but words comes before it is asked for; pictures come in the size that fits."""

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image as Drawn
from wagtail.images.models import Image

from courses.low_data import lighter, without_media
from courses.models import PrivateDocument
from tests.cast import add_module
from tests.courses.lessons import add_lesson_of, live_edition

pytestmark = pytest.mark.django_db

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 200"><rect width="9" height="9"/></svg>'
ADDRESS = "/mass-line/one/first/"


def photograph(width: int, height: int) -> Image:
    content = BytesIO()
    Drawn.linear_gradient("L").resize((width, height)).convert("RGB").save(content, "PNG")
    file = ContentFile(content.getvalue(), name="photograph.png")
    return Image.objects.create(title="照片", file=file, width=width, height=height)


def figure(image: Image) -> tuple[str, object]:
    return ("image", {"image": image, "alt": "一来一去", "caption": "图一"})


@pytest.fixture
def shown(db):
    """A lesson with a drawing, a photograph and a film with captions."""
    drawing = Image.objects.create(
        title="图", file=ContentFile(DRAWING, name="cycle.svg"), width=640, height=200
    )
    film, captions = (
        PrivateDocument.objects.create(title=name, file=ContentFile(b"x" * 2048, name=name))
        for name in ("film.mp4", "film.vtt")
    )
    video = {"file": film, "captions": captions, "title": "片子", "seconds": 60, "transcript": "话"}
    return add_lesson_of(add_module(), figure(drawing), figure(photograph(1600, 900)), ("video", video))


def test_a_photograph_comes_in_two_widths_and_two_formats_and_says_its_size(shown) -> None:
    html = live_edition(shown).html
    sources = re.findall(r'<source type="([^"]+)" srcset="([^"]+)" sizes="([^"]+)">', html)

    assert [kind for kind, _srcset, _sizes in sources] == ["image/avif", "image/webp"]
    for kind, srcset, _sizes in sources:
        ending = kind.removeprefix("image/")
        assert re.fullmatch(rf"\S+\.{ending} 360w, \S+\.{ending} 720w", srcset)
    images = re.findall(r'<img src="[^"]+" alt="一来一去" width="(\d+)" height="(\d+)" loading="lazy"', html)
    assert images == [("640", "200"), ("720", "405")]


def test_a_picture_smaller_than_the_screen_is_not_blown_up(db) -> None:
    page = add_lesson_of(add_module(), figure(photograph(200, 100)))
    html = live_edition(page).html
    assert 'width="200" height="100"' in html and "200w" in html and "360w" not in html


def test_no_picture_is_made_for_a_reader(client, member, shown, monkeypatch) -> None:
    client.force_login(member)
    monkeypatch.setattr(Image, "create_renditions", None)
    monkeypatch.setattr(Image, "create_rendition", None)
    assert client.get(ADDRESS).status_code == 200


@pytest.mark.parametrize(("headers", "look"), [({"save-data": "on"}, ""), ({}, "normal.less")])
def test_with_fewer_data_pictures_wait_and_say_what_they_cost(client, member, shown, headers, look) -> None:
    client.force_login(member)
    client.cookies["look"] = look
    answer = client.get(ADDRESS, headers=headers)
    html = answer.content.decode()

    assert "Save-Data" in answer["Vary"]
    closed = re.findall(r"<details class=\"pad\"><summary>([^<]+)</summary><picture", html)
    assert len(closed) == html.count("<picture") == 2
    assert all(re.search(r"\d", words) for words in closed)
    assert 'preload="none"' in html and "default>" not in html
    assert "read-aloud.js" not in html and "print.js" not in html and "lesson-clock.js" in html
    everything = client.get(f"{ADDRESS}?data=all", headers=headers).content.decode()
    assert '<details class="pad"><summary>' not in everything.split("<video")[0]
    assert "read-aloud.js" in everything and "default>" in everything


def test_without_it_everything_is_there_and_the_answer_says_what_it_goes_by(client, member, shown) -> None:
    client.force_login(member)
    answer = client.get(ADDRESS)
    assert "Save-Data" in answer["Vary"]
    assert "read-aloud.js" in answer.content.decode()


def test_in_elder_mode_the_lesson_is_still_read_aloud(client, member, shown) -> None:
    client.force_login(member)
    client.cookies["look"] = "large.less"
    assert "read-aloud.js" in client.get(ADDRESS).content.decode()


def test_the_choice_is_kept_like_every_look(client, member) -> None:
    client.force_login(member)
    answer = client.post("/look/", {"less": "on", "next": "/"})
    assert answer.cookies["look"].value == "normal.less"
    member.refresh_from_db()
    assert member.look == "less"
    client.post("/look/", {"less": "off", "next": "/"})
    member.refresh_from_db()
    assert member.look == ""


def test_words_are_not_touched() -> None:
    picture = '<picture data-bytes="1500"><img src="/x" alt="甲 &amp; 乙"></picture>'
    html = f"<p>图：<picture-x> default></p>{picture}"
    assert "<p>图：<picture-x> default></p><details" in lighter(html, "zh-hans")
    assert without_media(html, "en").endswith('<p class="muted">Picture: 甲 &amp; 乙</p>')
