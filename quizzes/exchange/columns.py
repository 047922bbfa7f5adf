"""The columns of a workbook and the rows of a Word table: their headings, and how people call them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from quizzes.exchange import carried
from quizzes.exchange.written_values import LETTERS


@dataclass(frozen=True)
class Column:
    """`headings`: the one we write first, in Chinese; then the English one; then what else it is called."""

    code: str
    headings: tuple[str, ...]
    width: int = 14


def _of(code: str, words: str, width: int = 14) -> Column:
    return Column(code, tuple(words.split("|")), width)


_MAIN = (
    _of("kind", "题型|Kind|类型|试题类型|题目类型|种类|type|question type"),
    _of("stem", "题干|Question|题目|试题|问题|试题内容|题目内容|试题题干|题目描述|stem|question text", 50),
)
_OPTIONS = tuple(
    _of(f"option_{x}", f"{x}|Option {x}|选项{x}|{x}选项|{x}项|答案{x}|备选{x}|备选项{x}", 22) for x in LETTERS
)
_AFTER = (
    _of("answer", "答案|Answer|正确答案|参考答案|标准答案|正确选项|key|correct answer|正确选项答案", 24),
    _of("explanation", "解析|Explanation|答案解析|试题解析|题目解析|说明|解释|备注解析|feedback", 40),
    _of("source", "出处|Source|依据|来源|试题来源|答案依据|文件依据|命题依据", 30),
    _of("rubric", "评分要点|Marking points|评分标准|得分点|评分细则|采分点|rubric", 40),
    _of("category", "类别|Category|分类|内容类别|所属类别"),
    _of("tags", "标签|Tags|关键词|知识点|tag|keywords", 20),
    _of("difficulty", "难度|Difficulty|难易度|难易程度|难度系数|level"),
    _of("points", "分值|Points|分数|得分|本题分值|marks|score|grade"),
    _of("partial", "部分得分|Points for parts|部分给分|少选得分|partial"),
    _of("reference", "编号|Reference|试题编号|题目编号|代号|id"),
    _of("passage", "原文编号|Passage|依据段落|段落编号"),
    _of("case", "案例|Case|案例名称|所属案例"),
    _of("valid_as_of", "核对日期|Checked on|核实日期|审核日期"),
    _of("review_by", "复核期限|To be reviewed by|复核日期|有效期至"),
)
_ENGLISH = (
    _of("stem_en", "题干（英文）|Question (English)|英文题干|题目（英文）", 40),
    *(_of(f"option_{x}_en", f"{x}（英文）|Option {x} (English)|选项{x}（英文）|{x}英文") for x in LETTERS),
    _of("answer_en", "答案（英文）|Answer (English)|英文答案"),
    _of("explanation_en", "解析（英文）|Explanation (English)|英文解析", 30),
    _of("source_en", "出处（英文）|Source (English)|英文出处"),
    _of("rubric_en", "评分要点（英文）|Marking points (English)|英文评分要点"),
)
_FEEDBACK = tuple(
    _of(f"feedback_{x}", f"{x}反馈|Feedback {x}|选项{x}反馈|{x}项反馈") for x in LETTERS
) + tuple(_of(f"feedback_{x}_en", f"{x}反馈（英文）|Feedback {x} (English)") for x in LETTERS)

COLUMNS = (*_MAIN, *_OPTIONS, *_AFTER, *_ENGLISH, *_FEEDBACK)

TAKEN = (
    _of("options", "选项|Options|备选项|备选答案|选项内容|候选答案"),
    _of("number", "序号|No.|题号|No|number|#"),
)
"""What is read and never written: all options in one cell; the number of the row."""

KIND_WORDS: dict[str, tuple[str, ...]] = {
    carried.SINGLE: ("单选题", "Single choice", "单选", "单项选择", "单项选择题", "选择题", "single"),
    carried.SEVERAL: (
        "多选题", "Multiple choice", "多选", "多项选择", "多项选择题", "不定项选择题", "不定项选择",
        "multiple", "checkbox",
    ),
    carried.TRUE_FALSE: (
        "判断题", "True or false", "判断", "是非题", "正误题", "判断正误", "判断正误题", "true/false",
    ),
    carried.FILL_IN: ("填空题", "Fill in", "填空", "fill in the blank", "fill-in", "blank", "completion"),
    carried.ORDERING: ("排序题", "Put in order", "排序", "ordering", "order"),
    carried.MATCHING: ("连线题", "Match", "连线", "匹配题", "匹配", "配对题", "配对", "matching"),
    carried.SHORT: (
        "简答题", "Short answer", "简答", "问答题", "问答", "论述题", "论述", "主观题", "essay", "案例分析题",
    ),
}  # fmt: skip
"""How a kind is called; the first two are what we write."""

CATEGORY_WORDS: dict[str, tuple[str, ...]] = {
    "political-theory": ("政治理论", "Political theory", "政治理论教育"),
    "political-training": ("政治教育和政治训练", "Political education and training", "政治教育", "政治训练"),
    "constitution-rules": (
        "党章党规党纪", "Constitution, rules and discipline", "党章党规党纪教育", "党章党规", "党规党纪",
    ),
    "purpose": ("党的宗旨", "The Party's purpose", "党的宗旨教育", "宗旨教育"),
    "revolutionary-tradition": ("革命传统", "Revolutionary tradition", "革命传统教育"),
    "situation-policy": ("形势政策", "Situation and policy", "形势政策教育", "形势与政策"),
    "knowledge-skills": ("知识技能", "Knowledge and skills", "知识技能教育"),
}  # fmt: skip
"""How a category is called; the first two are what we write."""


def told(text: str) -> str:
    """What is compared of a heading or a word of a list: in half width and lower case, without signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*:：()\[\]【】.、_\-/&']", "", plain)


def _by_word() -> dict[str, str]:
    found: dict[str, str] = {}
    for column in (*COLUMNS, *TAKEN):
        for heading in column.headings:
            found.setdefault(told(heading) or heading, column.code)
    return found


_CODES = _by_word()
_KINDS = {told(word): kind for kind, words in KIND_WORDS.items() for word in (kind, *words)}
_CATEGORIES = {told(word): code for code, words in CATEGORY_WORDS.items() for word in (code, *words)}
_BESIDES = re.compile(r"[一二三四五六七八九十\d]+\s*[、.．)）]|[(（].*[)）]|每.*|共.*|本大题.*")


def column_named(text: str) -> str:
    """The code of the column that is headed so, or nothing."""
    return _CODES.get(told(text), "")


def kind_named(text: str) -> str:
    """The kind that is called so, or nothing: 单选题, 一、单项选择题（每题2分）, Single choice."""
    if len(text) > 80:
        return ""
    return _KINDS.get(told(text), "") or _KINDS.get(told(_BESIDES.sub("", text)), "")


def category_named(text: str) -> str:
    return _CATEGORIES.get(told(text), "")


HEADING = {column.code: column.headings[0] for column in COLUMNS}
