"""The rules every installation begins with. An organisation confirms them or adds its own from a later date."""

from datetime import date

from django.db import migrations

REGULATION = (
    "《中国共产党党员教育管理工作条例》第二十条，2019年",
    "Regulations on the Education and Management of Party Members, article 20, 2019",
)

RULES = [
    # name, value, source in Chinese and English, confirmed
    (
        "minutes_per_study_hour",
        45,
        "全国性文件未规定学时的分钟数，按学校惯例取45分钟，请党组织确认。",
        "No national document defines the minutes; 45 is the school custom. To be confirmed by the organisation.",
        False,
    ),
    ("yearly_hours_member", 32, *REGULATION, True),
    (
        "yearly_hours_office",
        56,
        "《2019—2023年全国党员教育培训工作规划》，该规划已到期，请党组织确认。",
        "National Plan for Member Education and Training 2019–2023, now expired. To be confirmed by the organisation.",
        False,
    ),
    (
        "individual_cap_hours",
        16,
        "个人自学计入年度学时的上限，请党组织确认。",
        "How much individual study counts in a year. To be confirmed by the organisation.",
        False,
    ),
    (
        "fair_pace",
        1,
        "学程的计时说明：无操作的时间，按屏幕上文字的预计阅读时间计入。",
        "How Xuecheng counts: silence counts up to the expected reading time of what is on the screen.",
        True,
    ),
]


def add_rules(apps, schema_editor):
    rule = apps.get_model("hours", "Rule")
    rule.objects.bulk_create(
        rule(
            name=name,
            value=value,
            valid_from=date(2020, 1, 1),
            source=source,
            source_en=source_en,
            is_confirmed=confirmed,
        )
        for name, value, source, source_en, confirmed in RULES
    )


class Migration(migrations.Migration):
    dependencies = [("hours", "0002_clock_and_ledger_in_the_database")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
