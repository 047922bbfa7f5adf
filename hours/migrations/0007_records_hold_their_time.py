"""Records hold the time they count; objections and their answers; rules that somebody proposes."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
import psycopg.types.multirange
from django.conf import settings
from django.db import migrations, models

import hours.models
import hours.ranges


class Migration(migrations.Migration):
    dependencies = [
        ("hours", "0006_an_erased_members_clock_stands_still"),
        ("people", "0010_members_by_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.CharField(max_length=500, verbose_name="what is wrong")),
                ("at", models.DateTimeField(verbose_name="raised")),
            ],
            options={
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
            },
        ),
        migrations.CreateModel(
            name="ObjectionAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="answer")),
                ("at", models.DateTimeField(verbose_name="answered")),
            ],
            options={
                "verbose_name": "answer to an objection",
                "verbose_name_plural": "answers to objections",
            },
        ),
        migrations.CreateModel(
            name="RuleProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
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
                            ("correction_second_person", "Corrections"),
                            ("host_leads", "Who leads for a mobile member"),
                        ],
                        max_length=40,
                        verbose_name="rule",
                    ),
                ),
                ("value", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="value")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("source", models.CharField(max_length=300, verbose_name="source in Chinese")),
                ("source_en", models.CharField(blank=True, max_length=300, verbose_name="source in English")),
                (
                    "is_confirmed",
                    models.BooleanField(default=False, verbose_name="confirmed by the organisation"),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "Approved"), ("declined", "Declined")],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "proposed rule",
                "verbose_name_plural": "proposed rules",
            },
        ),
        migrations.RemoveConstraint(
            model_name="studyrecord",
            name="no_record_counts_more_than_the_clock_showed",
        ),
        migrations.AddField(
            model_name="rule",
            name="approver",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rules_approved",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="studyclock",
            name="pace",
            field=models.SmallIntegerField(
                default=100, verbose_name="reading pace, in hundredths of the calm pace"
            ),
        ),
        migrations.AddField(
            model_name="studyclock",
            name="pace_lessons",
            field=models.IntegerField(default=0, verbose_name="lessons it was learned from"),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="award",
            field=models.IntegerField(default=0, verbose_name="seconds without a time of day"),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="claimed",
            field=hours.ranges.TimeSpansField(
                default=psycopg.types.multirange.TimestamptzMultirange,
                verbose_name="time that awaits confirmation",
            ),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="counted",
            field=hours.ranges.TimeSpansField(
                default=psycopg.types.multirange.TimestamptzMultirange, verbose_name="time that counts"
            ),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="counters",
            field=hours.ranges.NumberSpansField(
                default=psycopg.types.multirange.Int4Multirange,
                verbose_name="the device's count of its reports",
            ),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="opened_at",
            field=models.DateTimeField(null=True, verbose_name="page opened"),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="settles",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settled_by",
                to="hours.studyrecord",
            ),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="standing",
            field=models.CharField(
                choices=[
                    ("counted", "Counted"),
                    ("awaiting", "Awaiting confirmation"),
                    ("declined", "Not confirmed"),
                ],
                default="counted",
                max_length=10,
                verbose_name="standing",
            ),
        ),
        migrations.AddField(
            model_name="studyrecord",
            name="taken",
            field=hours.ranges.TimeSpansField(
                default=psycopg.types.multirange.TimestamptzMultirange,
                verbose_name="time that no longer counts",
            ),
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
                condition=models.Q(("award", 0), _negated=True),
                fields=["member", "started_at"],
                include=("bucket", "subject", "award"),
                name="awards_of_a_member",
            ),
        ),
        migrations.AddIndex(
            model_name="studyrecord",
            index=models.Index(
                condition=models.Q(("standing", "awaiting")),
                fields=["member"],
                name="records_awaiting_confirmation",
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
                            ["host_leads", "offline_counts", "paper_counts", "correction_second_person"],
                        ),
                        _negated=True,
                    ),
                    ("value__in", [0, 1]),
                    _connector="OR",
                ),
                name="a_rule_that_is_a_choice_is_one_or_the_other",
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approver", None),
                    ("author", None),
                    models.Q(("approver", models.F("author")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_approves_a_rule_of_their_own",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="member",
            field=models.ForeignKey(
                db_column="member_key",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections",
                to=settings.AUTH_USER_MODEL,
                to_field="key",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="record",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="hours.studyrecord"
            ),
        ),
        migrations.AddField(
            model_name="objectionanswer",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections_answered",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="objectionanswer",
            name="correction",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="hours.studyrecord",
                verbose_name="correction",
            ),
        ),
        migrations.AddField(
            model_name="objectionanswer",
            name="objection",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="hours.objection"
            ),
        ),
        migrations.AddField(
            model_name="ruleproposal",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rule_proposals",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ruleproposal",
            name="rule",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="hours.rule",
                verbose_name="rule",
            ),
        ),
        migrations.AddField(
            model_name="ruleproposal",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rule_proposals_settled",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="an_objection_says_what_is_wrong"
            ),
        ),
        migrations.AddConstraint(
            model_name="objectionanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="an_answer_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("value__gte", 0)), name="a_proposed_rule_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="a_proposed_rule_names_its_source"
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_by", None),
                    models.Q(("settled_by", models.F("author")), _negated=True),
                    ("outcome", "declined"),
                    _connector="OR",
                ),
                name="a_second_person_approves_a_proposed_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("rule", None), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("outcome", "approved"),
                        ("rule__isnull", False),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    models.Q(
                        ("outcome", "declined"),
                        ("rule", None),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_proposed_rule_is_open_or_settled",
            ),
        ),
    ]
