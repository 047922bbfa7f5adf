"""What the database itself holds of a record's time, and the rules that clock and year ask for."""

from datetime import date

import django.db.models.expressions
from django.db import migrations, models

import hours.models

CUSTOM = ("学程的计时说明，请党组织确认。", "How Xuecheng counts. To be confirmed by the organisation.")

RULES = [
    # name, value, source in Chinese and English
    (
        "concentrated_cap_hours",
        8784,
        "集中培训计入年度学时，不设上限，请党组织确认。",
        "Concentrated training counts without a limit. To be confirmed by the organisation.",
    ),
    (
        "collective_cap_hours",
        8784,
        "集体学习计入年度学时，不设上限，请党组织确认。",
        "Collective study counts without a limit. To be confirmed by the organisation.",
    ),
    (
        "individual_day_hours",
        8,
        "个人自学每日最多计8学时，请党组织确认。",
        "At most 8 study hours of individual study a day. To be confirmed by the organisation.",
    ),
    (
        "lesson_factor",
        1.5,
        "每课每年最多计预计时间的1.5倍，大字版和个人阅读速度已计入，请党组织确认。",
        "In a year a lesson counts up to 1.5 times its expected time, large print and one's own pace included. To be "
        "confirmed by the organisation.",
    ),
    ("large_print", 1.5, *CUSTOM),
    ("pace_slowest", 0.3, *CUSTOM),
    ("pace_fastest", 1, *CUSTOM),
    ("offline_counts", 1, *CUSTOM),
    (
        "paper_counts",
        0,
        "纸质学习由党支部按回执确认后计入，请党组织确认。",
        "Study on paper counts when the branch has confirmed the return slip. To be confirmed by the organisation.",
    ),
    (
        "quiz_award_minutes",
        0,
        "通过测验暂不另计学时，请党组织确认。",
        "A passed quiz earns no time of its own. To be confirmed by the organisation.",
    ),
    (
        "lecture_award_minutes",
        0,
        "讲党课的备课暂不另计学时，请党组织确认。",
        "Preparing a lecture earns no time of its own. To be confirmed by the organisation.",
    ),
    (
        "correction_second_person",
        1,
        "更正学习记录须由第二人确认，请党组织确认。",
        "A second person confirms each correction of a record. To be confirmed by the organisation.",
    ),
]


RULES_SINCE = [(name, value, date(2020, 1, 1), *source) for name, value, *source in RULES]
FAIR_PACE = (
    "fair_pace",
    1.15,
    date(2025, 1, 1),
    "学程的计时说明：无操作的时间，按屏幕上文字预计阅读时间的1.15倍计入，因为有的屏读得慢些。请党组织确认。",
    "How Xuecheng counts: silence counts up to 1.15 times the reading time of what is on the screen, for some "
    "screens take longer than others. To be confirmed by the organisation.",
)

ADD = """
    insert into hours_rule (name, value, valid_from, source, source_en, is_confirmed, created_at)
        values (%s, %s, %s, %s, %s, false, now())
"""


class Migration(migrations.Migration):
    dependencies = [("hours", "0008_ledger_and_clock_anew")]

    operations = [
        migrations.AddConstraint(
            model_name="studyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("source", "correction"),
                    (
                        "seconds__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("award"),
                            "+",
                            hours.models.Length(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("ended_at"), "-", models.F("started_at")
                                )
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="no_record_counts_more_than_the_clock_showed",
            ),
        ),
        migrations.AddConstraint(
            model_name="studyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "seconds",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                hours.models.SpanSeconds("counted"), "-", hours.models.SpanSeconds("taken")
                            ),
                            "+",
                            models.F("award"),
                        ),
                    )
                ),
                name="a_record_counts_exactly_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="studyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrects__isnull", False), ("source", "correction")),
                    hours.models.IsEmpty("taken"),
                    _connector="OR",
                ),
                name="only_a_correction_takes_from_another_record",
            ),
        ),
        migrations.AddConstraint(
            model_name="studyrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("standing__in", ["counted", "awaiting", "declined"]),
                    models.Q(("standing", "counted"), ("seconds", 0), _connector="OR"),
                    models.Q(("standing", "awaiting"), hours.models.IsEmpty("claimed"), _connector="OR"),
                ),
                name="what_awaits_confirmation_counts_nothing_yet",
            ),
        ),
        migrations.RunSQL([(ADD, rule) for rule in (*RULES_SINCE, FAIR_PACE)], migrations.RunSQL.noop),
    ]
