"""A published lesson, taken apart for paper."""

from datetime import date
from uuid import uuid4

import pytest

from courses.models import LessonEdition
from courses.printing import picture_path, printed_lesson

QUIZ = (
    '<section class="card"><p class="muted">Quiz of this lesson</p><h2>Check</h2>'
    '<p><a class="btn" href="/quizzes/x/">To the quiz</a></p></section>'
)


def edition(html, **more):
    facts = {"title": "题", "language": "zh-hans", "expected_seconds": 100, "key": uuid4(), "sources": []}
    return LessonEdition(**{**facts, **more, "html": html})


def blocks(html):
    return printed_lesson(edition(html)).blocks


def runs(*texts, bold=()):
    return [{"text": text, "bold": text in bold, "italic": False} for text in texts]


def test_what_stands_around_the_blocks_is_taken_over():
    sources = [{"work": "《决议》", "date": "1981年"}, {"work": "《章程》", "date": ""}]
    part = printed_lesson(
        edition("<p>文</p>", summary="提要", sources=sources, valid_as_of=date(2026, 11, 1)),
        discussion=("问？",),
    )
    assert (part.title, part.minutes, part.summary) == ("题", 2, "提要")
    assert part.sources == ["《决议》，1981年", "《章程》"]
    assert part.as_of == "2026年11月1日"
    assert part.discussion == ["问？"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<div class="screen"><h2 id="part-1">标题</h2></div>', [{"kind": "heading", "text": "标题"}]),
        (
            "<p>一<b>粗</b>二<a href='/x/'>链</a></p>",
            [{"kind": "paragraph", "runs": runs("一", "粗", "二链", bold=("粗",))}],
        ),
        (
            "<ol><li>甲<ul><li>丙</li></ul></li><li><p>乙</p></li></ol>",
            [{"kind": "list", "ordered": True, "items": [runs("甲"), runs("丙"), runs("乙")]}],
        ),
        (
            '<figure class="quotation"><blockquote><p>话一</p><p>话二</p></blockquote>'
            '<figcaption><span class="dots"><span>《书》</span>'
            '<span class="nw">1943年</span></span></figcaption></figure>',
            [{"kind": "quotation", "text": "话一\n话二", "from": "《书》 1943年"}],
        ),
        (
            '<section class="terms"><p class="terms__title">重要词语</p>'
            "<dl><dt>词</dt><dd>一<br>二</dd></dl></section>",
            [{"kind": "terms", "terms": [{"term": "词", "meaning": "一\n二"}]}],
        ),
        (
            '<div class="timeline"><p class="timeline__title">年表</p><ol class="steps">'
            "<li><b>1943年</b> 事</li></ol></div>",
            [{"kind": "timeline", "title": "年表", "events": [{"when": "1943年", "what": "事"}]}],
        ),
        (
            '<figure class="drawing"><img src="/media/none.svg" alt="图示">'
            "<figcaption><span>图题</span>"
            '<a class="link" href="/media/none.svg">看大图</a></figcaption></figure>',
            [{"kind": "figure", "path": "", "alt": "图示", "caption": "图题"}],
        ),
        (
            '<figure class="drawing"><div class="pad"><audio src="/a.mp3" aria-label="录音"></audio></div>'
            '<figcaption><span>录音</span></figcaption><details class="pad">'
            "<summary>文字稿</summary><p>所说</p></details></figure>",
            [{"kind": "media", "title": "录音", "transcript": "所说", "address": ""}],
        ),
        (
            '<figure class="drawing"><video aria-label="片"><source src="/a.mp4"></video>'
            "<figcaption><span>片</span>"
            '<a class="link" href="/a.mp4">取文件</a></figcaption></figure>',
            [{"kind": "media", "title": "片", "transcript": "", "address": ""}],
        ),
        (
            "<table><caption>表</caption><thead><tr><th>甲</th><th>乙</th></tr></thead>"
            '<tbody><tr><td colspan="2">丙</td></tr></tbody></table>',
            [
                {
                    "kind": "table",
                    "caption": "表",
                    "head": [runs("甲"), runs("乙")],
                    "rows": [[runs("丙"), []]],
                    "numbers": [],
                }
            ],
        ),
        (
            '<div class="scroll"><table><thead><tr><th>村</th><th class="n">条数</th></tr></thead>'
            '<tbody><tr><th scope="row">东村</th><td class="n">12</td></tr></tbody></table></div>',
            [
                {
                    "kind": "table",
                    "caption": "",
                    "head": [runs("村"), runs("条数")],
                    "rows": [[runs("东村", bold=("东村",)), runs("12")]],
                    "numbers": [1],
                }
            ],
        ),
        (
            '<section class="card case"><h3>案例：一张表</h3><p>发下去三十张。</p>'
            '<p class="muted">想一想</p><ul><li>为什么？</li><li>怎么办？</li></ul></section>',
            [
                {
                    "kind": "case",
                    "title": "案例：一张表",
                    "blocks": [{"kind": "paragraph", "runs": runs("发下去三十张。")}],
                    "think": "想一想",
                    "questions": ["为什么？", "怎么办？"],
                }
            ],
        ),
        (
            '<section class="card discussion"><p class="muted">一起谈</p>'
            "<p><b>在哪里？</b></p><p>先说。</p></section>",
            [{"kind": "discussion", "heading": "一起谈", "question": "在哪里？", "hint": "先说。"}],
        ),
        (
            '<p class="card"><a href="/d/1">文件</a> <span class="muted">PDF</span></p>',
            [{"kind": "paragraph", "runs": runs("文件 PDF")}],
        ),
        (f"<p>前</p>{QUIZ}<p>后</p>", [{"kind": "paragraph", "runs": runs(text)} for text in "前后"]),
        (
            "散字<marquee>不识<p>段</p>尾</marquee><!-- 注 --><script>x()</script>",
            [{"kind": "paragraph", "runs": runs(text)} for text in ("散字", "不识", "段", "尾")],
        ),
        ("<p> </p>", []),
    ],
)
def test_each_block_is_read_and_nothing_is_lost(html, expected):
    assert blocks(html) == expected


def test_words_emphasised_keep_their_emphasis():
    assert blocks("<p>a <em>b</em> <strong>c</strong></p>")[0]["runs"] == [
        {"text": "a ", "bold": False, "italic": False},
        {"text": "b", "bold": False, "italic": True},
        {"text": " ", "bold": False, "italic": False},
        {"text": "c", "bold": True, "italic": False},
    ]


def test_a_figure_is_a_file_of_ours_and_of_no_other_place(settings, tmp_path):
    settings.MEDIA_ROOT, settings.MEDIA_URL = tmp_path / "media", "/media/"
    (tmp_path / "media" / "images").mkdir(parents=True)
    (tmp_path / "media" / "images" / "图 1.svg").write_text("<svg/>")
    (tmp_path / "media" / "keys.txt").write_text("x")
    (tmp_path / "secret.svg").write_text("<svg/>")
    (tmp_path / "media" / "way-out.svg").symlink_to(tmp_path / "secret.svg")
    assert picture_path("/media/images/%E5%9B%BE%201.svg") == str(tmp_path / "media" / "images" / "图 1.svg")
    for address in (
        "/media/../secret.svg",
        "/media/%2e%2e/secret.svg",
        "/media/way-out.svg",
        "/media/keys.txt",
        "/media/none.svg",
        "/media/images",
        "https://example.org/media/images/%E5%9B%BE%201.svg",
        "/static/x.svg",
        "data:image/png;base64,AAAA",
        "/media/\x00.svg",
        "",
    ):
        assert picture_path(address) == "", address
