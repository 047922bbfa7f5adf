"""Dated rules for visits, for coming late and for contact; records that name lessons are found by an index."""

from django.conf import settings
from django.db import migrations, models

CUSTOM = "学程的计时说明，请党组织确认。"
CUSTOM_EN = "How Xuecheng counts. To be confirmed by the organisation."

RULES = [
    # name, value, source in Chinese and English
    (
        "visit_counts",
        1,
        "送学上门由送学人员当场记录、党员以自己的方式确认，记录后即计入，请党组织确认。",
        "A visit is recorded by the visitor and confirmed by the member in their own way, and counts at once. To be "
        "confirmed by the organisation.",
    ),
    ("late_counts", 0, CUSTOM, CUSTOM_EN),
    (
        "contact_days",
        90,
        "《中国共产党党员教育管理工作条例》第三十四条要求与出国（境）学习研究的党员至少每半年联系一次，2019年；"
        "平台按每季度提醒联系人，请党组织确认。",
        "The Regulations on the Education and Management of Party Members, article 34, 2019, ask for contact with those "
        "who study abroad at least every half-year; the contact person is prompted each quarter. To be confirmed by the "
        "organisation.",
    ),
]

ADD = """
    insert into hours_rule (name, value, valid_from, source, source_en, is_confirmed, created_at)
        values (%s, %s, date '2020-01-01', %s, %s, false, now())
"""


class Migration(migrations.Migration):
    dependencies = [
        ("hours", "0012_what_a_branch_is_to_confirm"),
        ("people", "0010_members_by_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="rule",
            name="a_factor_is_more_than_nothing",
        ),
        migrations.RemoveConstraint(
            model_name="rule",
            name="a_rule_that_is_a_choice_is_one_or_the_other",
        ),
        migrations.AlterField(
            model_name="rule",
            name="name",
            field=models.CharField(
                choices=[
                    ("minutes_per_study_hour", "Minutes in a study hour"),
                    ("yearly_hours_member", "Study hours a year, members"),
                    ("yearly_hours_office", "Study hours a year, secretaries and committee members"),
                    ("concentrated_cap_hours", "Concentrated training counts up to, hours a year"),
                    ("collective_cap_hours", "Collective study counts up to, hours a year"),
                    ("individual_cap_hours", "Individual study counts up to, hours a year"),
                    ("individual_day_hours", "Individual study counts up to, hours a day"),
                    ("lesson_factor", "A lesson counts up to its expected time in a year, times"),
                    ("fair_pace", "Silence is counted up to the reading time, times"),
                    ("large_print", "In large print reading takes longer, times"),
                    ("pace_slowest", "Slowest pace of one's own, as part of the calm pace"),
                    ("pace_fastest", "Fastest pace of one's own, as part of the calm pace"),
                    ("offline_counts", "Study without a network"),
                    ("paper_counts", "Study on paper"),
                    ("quiz_award_minutes", "Minutes for a passed quiz"),
                    ("lecture_award_minutes", "Minutes for preparing a lecture"),
                    ("visit_counts", "Study brought by a visitor"),
                    ("late_counts", "Coming late to a meeting"),
                    ("contact_days", "Contact with a mobile member every so many days"),
                    ("correction_second_person", "Corrections"),
                    ("host_leads", "Who leads for a mobile member"),
                ],
                max_length=40,
                verbose_name="rule",
            ),
        ),
        migrations.AlterField(
            model_name="ruleproposal",
            name="name",
            field=models.CharField(
                choices=[
                    ("minutes_per_study_hour", "Minutes in a study hour"),
                    ("yearly_hours_member", "Study hours a year, members"),
                    ("yearly_hours_office", "Study hours a year, secretaries and committee members"),
                    ("concentrated_cap_hours", "Concentrated training counts up to, hours a year"),
                    ("collective_cap_hours", "Collective study counts up to, hours a year"),
                    ("individual_cap_hours", "Individual study counts up to, hours a year"),
                    ("individual_day_hours", "Individual study counts up to, hours a day"),
                    ("lesson_factor", "A lesson counts up to its expected time in a year, times"),
                    ("fair_pace", "Silence is counted up to the reading time, times"),
                    ("large_print", "In large print reading takes longer, times"),
                    ("pace_slowest", "Slowest pace of one's own, as part of the calm pace"),
                    ("pace_fastest", "Fastest pace of one's own, as part of the calm pace"),
                    ("offline_counts", "Study without a network"),
                    ("paper_counts", "Study on paper"),
                    ("quiz_award_minutes", "Minutes for a passed quiz"),
                    ("lecture_award_minutes", "Minutes for preparing a lecture"),
                    ("visit_counts", "Study brought by a visitor"),
                    ("late_counts", "Coming late to a meeting"),
                    ("contact_days", "Contact with a mobile member every so many days"),
                    ("correction_second_person", "Corrections"),
                    ("host_leads", "Who leads for a mobile member"),
                ],
                max_length=40,
                verbose_name="rule",
            ),
        ),
        migrations.AddIndex(
            model_name="studyrecord",
            index=models.Index(
                condition=models.Q(("evidence__has_key", "lessons")),
                fields=["member"],
                name="records_that_name_lessons",
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "name__in",
                            [
                                "minutes_per_study_hour",
                                "lesson_factor",
                                "fair_pace",
                                "large_print",
                                "pace_slowest",
                                "pace_fastest",
                                "contact_days",
                            ],
                        ),
                        _negated=True,
                    ),
                    ("value__gt", 0),
                    _connector="OR",
                ),
                name="a_factor_is_more_than_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "name__in",
                            [
                                "host_leads",
                                "offline_counts",
                                "paper_counts",
                                "visit_counts",
                                "late_counts",
                                "correction_second_person",
                            ],
                        ),
                        _negated=True,
                    ),
                    ("value__in", [0, 1]),
                    _connector="OR",
                ),
                name="a_rule_that_is_a_choice_is_one_or_the_other",
            ),
        ),
        migrations.RunSQL([(ADD, rule) for rule in RULES], migrations.RunSQL.noop),
    ]
