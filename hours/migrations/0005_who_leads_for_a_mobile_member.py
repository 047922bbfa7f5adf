"""Who leads for a mobile member: a dated rule, and a clock that writes the record where it says."""

import re
from datetime import date
from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"

AS_BEFORE = re.search(
    r"create function (study_close.*?\nend \$\$;)\n", (SQL / "study_beat.sql").read_text("utf-8"), re.DOTALL
)[1]

SOURCE = (
    "2014年指导意见：「流动党员参加教育实践活动以流入地党组织为主、流出地党组织为辅」。"
    "《中国共产党党员教育管理工作条例》（2019年）第三十二条则由流入地党组织协助日常管理，请党组织确认。"
)
SOURCE_EN = (
    "Guiding opinion of 2014: mobile members take part mainly with the receiving organisation, the sending one "
    "assists. Article 32 of the 2019 Regulations gives the receiving organisation an assisting part in daily "
    "management. To be confirmed by the organisation."
)


def add_rule(apps, schema_editor):
    apps.get_model("hours", "Rule").objects.create(
        name="host_leads", value=1, valid_from=date(2020, 1, 1), source=SOURCE, source_en=SOURCE_EN
    )


def take_rule_away(apps, schema_editor):
    apps.get_model("hours", "Rule").objects.filter(name="host_leads").delete()


class Migration(migrations.Migration):
    dependencies = [("hours", "0004_a_study_hour_has_minutes"), ("people", "0001_first_members")]

    operations = [
        migrations.AlterField(
            model_name="rule",
            name="name",
            field=models.CharField(
                choices=[
                    ("minutes_per_study_hour", "Minutes in a study hour"),
                    ("yearly_hours_member", "Study hours a year, members"),
                    ("yearly_hours_office", "Study hours a year, secretaries and committee members"),
                    ("individual_cap_hours", "Individual study counts up to, hours a year"),
                    ("fair_pace", "Silence is counted up to the reading time, times"),
                    ("host_leads", "Who leads for a mobile member"),
                ],
                max_length=40,
                verbose_name="rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("name", "host_leads"), _negated=True), ("value__in", [0, 1]), _connector="OR"
                ),
                name="the_host_branch_leads_or_the_home_branch",
            ),
        ),
        migrations.RunSQL(
            (SQL / "host_leads.sql").read_text("utf-8"), f"create or replace function {AS_BEFORE}"
        ),
        migrations.RunPython(add_rule, take_rule_away),
    ]
