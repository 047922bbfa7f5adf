"""What stands in the template: how each kind is written, once in Chinese and once in English."""

from __future__ import annotations

from quizzes.exchange.carried import (
    FALSE,
    FILL_IN,
    MATCHING,
    ORDERING,
    SEVERAL,
    SHORT,
    SINGLE,
    TRUE,
    TRUE_FALSE,
    Blank,
    Carried,
    Option,
    Pair,
    RubricRow,
)

GUIDE = (
    ("怎样填写", "How to fill in"),
    (
        "试题写在第一张表里，每行一题。“示例”和“说明”两张表不会导入。",
        "Questions go on the first sheet, one in each row. Examples and this guide are not read.",
    ),
    (
        "必填：题型、题干、答案（排序题、连线题、简答题不填答案）。列的先后可以调换，用不到的列可以删去。",
        "Needed: kind, question, answer (none for put in order, match and short answer). Columns may change "
        "places; columns that are not needed may go.",
    ),
    ("单选题：答案写字母，如 B。", "Single choice: the answer is a letter, such as B."),
    ("多选题：答案写字母，如 ABD。“部分得分”填“是”，少选也得分。", "Multiple choice: letters, such as ABD."),
    (
        "判断题：答案写 正确 或 错误，选项不用填。",
        "True or false: the answer is 正确 (true) or 错误 (false).",
    ),
    (
        "填空题：题干里每个空写 ____（四条下划线）；答案一行对应一个空，几种写法都算对时用 | 隔开。"
        "数字写 [数字] 3.14 ±0.01，日期写 [日期] 2021-07-01。",
        "Fill in: ____ marks each blank; one line of the answer for each blank, with | between what is "
        "accepted. A number is written [数字] 3.14 ±0.01, a date [日期] 2021-07-01.",
    ),
    (
        "排序题：各行按正确顺序填在 A、B、C……里。",
        "Put in order: the rows stand in A, B, C … in the right order.",
    ),
    (
        "连线题：每格写“左 → 右”；只写“→ 右”是没有对应项的干扰项。",
        "Match: each cell holds “left → right”; “→ right” belongs to nothing.",
    ),
    (
        "简答题：评分要点每行一条，如“2 | 说明原因”，分值合起来就是本题分值。",
        "Short answer: marking points line by line, “2 | gives the reason”; they add up to the points.",
    ),
    (
        "难度：1 易，2 中，3 难。标签之间用顿号隔开。",
        "Difficulty: 1 easy, 2 medium, 3 hard. 、 stands between tags.",
    ),
    (
        "选项反馈另加一列，标题写“A反馈”“B反馈”。",
        "Feedback on options: add a column headed “A反馈” (Feedback A) and so on.",
    ),
    ("请填写值，不要用公式；带宏的文件不收。", "Write values, not formulas. Files with macros are refused."),
    (
        "上传后先看到每一行的检查结果，确认以后才导入为草稿；由另一人审核后才会使用。",
        "You see first what each row would become. Questions come in as drafts; another person reviews them.",
    ),
)

_SOURCE = "示例，请换成真实出处"

EXAMPLES = (
    Carried(
        SINGLE,
        "一年有几个季度？",
        options=[Option("二"), Option("三"), Option("四", is_right=True), Option("五")],
        explanation="每个季度三个月。",
        source=_SOURCE,
    ),
    Carried(
        SEVERAL,
        "下面哪些月份有三十一天？",
        options=[
            Option("一月", is_right=True),
            Option("三月", is_right=True),
            Option("四月"),
            Option("六月"),
        ],
        source=_SOURCE,
        is_partial=True,
        points=2,
    ),
    Carried(TRUE_FALSE, "一小时有六十分钟。", options=[Option(*TRUE, True), Option(*FALSE)], source=_SOURCE),
    Carried(
        FILL_IN,
        "一天有____小时，一周有____天。",
        blanks=[Blank(["24"], kind="number"), Blank(["七", "7"])],
        source=_SOURCE,
        points=2,
        is_partial=True,
    ),
    Carried(ORDERING, "把四季按先后排好。", options=[Option(one) for one in "春夏秋冬"], source=_SOURCE),
    Carried(
        MATCHING,
        "把节气和季节连起来。",
        pairs=[Pair("立春", "春"), Pair("冬至", "冬"), Pair("", "夏")],
        source=_SOURCE,
    ),
    Carried(
        SHORT,
        "为什么二月有时有二十九天？",
        rubric=[RubricRow("说出闰年", 1), RubricRow("说出地球公转的时间", 2)],
        points=3,
        source=_SOURCE,
    ),
)
"""One of each kind."""
