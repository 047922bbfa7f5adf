import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import modelcluster.contrib.taggit
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quizzes", "0002_questions_rest_on_passages"),
        ("sources", "0002_changes_in_two_hands"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=200, verbose_name="title in Chinese")),
                ("title_en", models.CharField(blank=True, max_length=200, verbose_name="title in English")),
                ("text", models.TextField(verbose_name="text in Chinese")),
                ("text_en", models.TextField(blank=True, verbose_name="text in English")),
                ("source", models.CharField(max_length=300, verbose_name="source in Chinese")),
                ("source_en", models.CharField(blank=True, max_length=300, verbose_name="source in English")),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
            },
        ),
        migrations.CreateModel(
            name="Checked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("checked_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "question looked up",
                "verbose_name_plural": "questions looked up",
            },
        ),
        migrations.CreateModel(
            name="GivenPoints",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "given",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), default=list, size=None
                    ),
                ),
                ("points", models.PositiveSmallIntegerField()),
                ("comment", models.CharField(blank=True, max_length=1000)),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "points given by a person",
                "verbose_name_plural": "points given by persons",
            },
        ),
        migrations.CreateModel(
            name="ItemResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "given",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("score", models.FloatField()),
                ("rest", models.FloatField(null=True)),
                ("seconds", models.PositiveIntegerField(null=True)),
            ],
            options={
                "verbose_name": "result at a question",
                "verbose_name_plural": "results at questions",
            },
        ),
        migrations.CreateModel(
            name="ItemStatistic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answers", models.PositiveIntegerField()),
                ("facility", models.FloatField()),
                ("discrimination", models.FloatField(null=True)),
                ("median_seconds", models.PositiveIntegerField(null=True)),
                ("options", models.JSONField(default=list)),
                (
                    "suspects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), default=list, size=None
                    ),
                ),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "item statistic",
                "verbose_name_plural": "item statistics",
            },
        ),
        migrations.CreateModel(
            name="KeyCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.JSONField()),
            ],
            options={
                "verbose_name": "corrected key",
                "verbose_name_plural": "corrected keys",
            },
        ),
        migrations.CreateModel(
            name="QuestionBlank",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("text", "Words"), ("number", "Number"), ("date", "Date")],
                        default="text",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "accepted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        size=None,
                        verbose_name="accepted in Chinese",
                    ),
                ),
                (
                    "accepted_en",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="accepted in English",
                    ),
                ),
                (
                    "tolerance",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=12,
                        null=True,
                        verbose_name="a number may differ by",
                    ),
                ),
            ],
            options={
                "verbose_name": "blank",
                "verbose_name_plural": "blanks",
            },
        ),
        migrations.CreateModel(
            name="QuestionTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="QuizPool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sort_order", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(200),
                        ],
                        verbose_name="number of questions",
                    ),
                ),
                (
                    "difficulty",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3),
                        ],
                        verbose_name="difficulty",
                    ),
                ),
                ("module", models.UUIDField(blank=True, null=True, verbose_name="module")),
            ],
            options={
                "verbose_name": "pool",
                "verbose_name_plural": "pools",
            },
        ),
        migrations.CreateModel(
            name="Regrade",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("lets_passes_fall", models.BooleanField(default=False)),
                ("counts", models.JSONField(default=dict)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "regrade",
                "verbose_name_plural": "regrades",
            },
        ),
        migrations.CreateModel(
            name="RubricLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("text", models.CharField(max_length=300, verbose_name="text in Chinese")),
                ("text_en", models.CharField(blank=True, max_length=300, verbose_name="text in English")),
                (
                    "points",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="points",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of the rubric",
                "verbose_name_plural": "rubric",
            },
        ),
        migrations.CreateModel(
            name="TimeExtension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes more"),
                ),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "time extension",
                "verbose_name_plural": "time extensions",
            },
        ),
        migrations.RemoveConstraint(
            model_name="attempt",
            name="one_open_attempt_of_a_member_at_a_quiz",
        ),
        migrations.RemoveConstraint(
            model_name="mark",
            name="nobody_has_more_points_than_there_are",
        ),
        migrations.RemoveConstraint(
            model_name="question",
            name="a_question_has_a_known_kind",
        ),
        migrations.RenameField(model_name="answer", old_name="chosen", new_name="given"),
        migrations.AddField(
            model_name="answer",
            name="counter",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="answer",
            name="device",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="answer",
            name="given",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="given_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="answer",
            name="is_late",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="attempt",
            name="ended_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("member", "handed in"),
                    ("time", "the time was over"),
                    ("paper", "written down from paper or by word of mouth"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="attempt",
            name="is_look_back",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="mark",
            name="awaiting",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="mark",
            name="marker",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="category",
            field=models.CharField(
                blank=True,
                choices=[
                    ("political-theory", "Political theory"),
                    ("political-training", "Political education and training"),
                    ("constitution-rules", "Constitution, rules and discipline"),
                    ("purpose", "The Party's purpose"),
                    ("revolutionary-tradition", "Revolutionary tradition"),
                    ("situation-policy", "Situation and policy"),
                    ("knowledge-skills", "Knowledge and skills"),
                ],
                default="",
                max_length=30,
                verbose_name="category",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="is_partial",
            field=models.BooleanField(
                default=False,
                help_text="What is right in part earns part of the points; see the rule below.",
                verbose_name="points for parts",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="points",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100),
                ],
                verbose_name="points",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="version",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="quizzes.questionversion",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="written_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="questionoption",
            name="feedback",
            field=models.CharField(blank=True, max_length=500, verbose_name="feedback in Chinese"),
        ),
        migrations.AddField(
            model_name="questionoption",
            name="feedback_en",
            field=models.CharField(blank=True, max_length=500, verbose_name="feedback in English"),
        ),
        migrations.AddField(
            model_name="questionoption",
            name="match",
            field=models.CharField(blank=True, max_length=500, verbose_name="belongs to, in Chinese"),
        ),
        migrations.AddField(
            model_name="questionoption",
            name="match_en",
            field=models.CharField(blank=True, max_length=500, verbose_name="belongs to, in English"),
        ),
        migrations.AddField(
            model_name="questionoption",
            name="match_key",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name="questionversion",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="questionversion",
            name="written_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="attempts_allowed",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Empty: as many as one likes.",
                null=True,
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="attempts allowed",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="closes_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="closes"),
        ),
        migrations.AddField(
            model_name="quiz",
            name="counts",
            field=models.CharField(
                choices=[
                    ("best", "the best attempt"),
                    ("last", "the last attempt"),
                    ("average", "the average of all attempts"),
                ],
                default="best",
                max_length=10,
                verbose_name="what counts",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="feedback",
            field=models.CharField(
                choices=[
                    ("at_once", "at once, question by question"),
                    ("after_attempt", "after the attempt"),
                    ("after_closing", "after the quiz has closed"),
                ],
                default="after_attempt",
                max_length=20,
                verbose_name="the key is shown",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="is_limit_essential",
            field=models.BooleanField(
                default=False,
                help_text="What is tested cannot be tested without it. Then it holds for everybody.",
                verbose_name="the time limit is essential",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="layout",
            field=models.CharField(
                choices=[("one", "one question at a time"), ("all", "all questions on one page")],
                default="one",
                max_length=10,
                verbose_name="pages",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="look_back_weeks",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="After so many weeks members may look back at what they missed. Empty: no look back.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(52),
                ],
                verbose_name="weeks until a look back",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="opens_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="opens"),
        ),
        migrations.AddField(
            model_name="quiz",
            name="shuffles_options",
            field=models.BooleanField(default=True, verbose_name="shuffle the options"),
        ),
        migrations.AddField(
            model_name="quiz",
            name="shuffles_questions",
            field=models.BooleanField(default=False, verbose_name="shuffle the questions"),
        ),
        migrations.AddField(
            model_name="quiz",
            name="time_limit_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Empty: none. Members in elder mode or on home study have none unless it is essential.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(600),
                ],
                verbose_name="time limit, minutes",
            ),
        ),
        migrations.AddField(
            model_name="quiz",
            name="wait_hours",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="hours between two attempts"),
        ),
        migrations.AlterField(
            model_name="mark",
            name="out_of",
            field=models.DecimalField(decimal_places=2, max_digits=8),
        ),
        migrations.AlterField(
            model_name="mark",
            name="points",
            field=models.DecimalField(decimal_places=2, max_digits=8),
        ),
        migrations.AlterField(
            model_name="question",
            name="kind",
            field=models.CharField(
                choices=[
                    ("single_choice", "Single choice"),
                    ("multiple_choice", "Multiple choice"),
                    ("true_false", "True or false"),
                    ("fill_in", "Fill in"),
                    ("ordering", "Put in order"),
                    ("matching", "Match"),
                    ("short_answer", "Short answer"),
                ],
                default="single_choice",
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="question",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("reviewed", "Reviewed"),
                    ("in_use", "In use"),
                    ("retired", "Retired"),
                ],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="questionoption",
            name="text",
            field=models.CharField(blank=True, max_length=500, verbose_name="text in Chinese"),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("ends_at__isnull", False), ("handed_in_at", None)),
                fields=["ends_at"],
                name="attempts_whose_time_runs",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("device__isnull", False)),
                fields=("attempt", "device", "counter"),
                name="a_device_counts_each_answer_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("handed_in_at", None)),
                fields=("member", "quiz", "is_look_back"),
                name="one_open_attempt_of_a_member_at_a_quiz",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at", None), ("ends_at__gt", models.F("begun_at")), _connector="OR"),
                name="the_time_of_an_attempt_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionoption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), _negated=True),
                    models.Q(("match", ""), _negated=True),
                    _connector="OR",
                ),
                name="an_option_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("written_by__isnull", True),
                    models.Q(("written_by", models.F("approved_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_approves_what_they_wrote",
            ),
        ),
        migrations.AddConstraint(
            model_name="quiz",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at", None),
                    ("closes_at", None),
                    ("closes_at__gt", models.F("opens_at")),
                    _connector="OR",
                ),
                name="a_quiz_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="quiz",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("feedback", "after_closing"), _negated=True),
                    ("closes_at__isnull", False),
                    _connector="OR",
                ),
                name="feedback_after_closing_needs_a_closing_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="quiz",
            constraint=models.CheckConstraint(
                condition=models.Q(("attempts_allowed", None), ("attempts_allowed__gte", 1), _connector="OR"),
                name="a_quiz_may_be_tried_at_least_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="a_case_names_its_source"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questions",
                to="quizzes.case",
                verbose_name="case",
            ),
        ),
        migrations.AddField(
            model_name="checked",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="checked", to="quizzes.attempt"
            ),
        ),
        migrations.AddField(
            model_name="givenpoints",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="given_points", to="quizzes.attempt"
            ),
        ),
        migrations.AddField(
            model_name="givenpoints",
            name="marker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="itemresult",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="quizzes.attempt"
            ),
        ),
        migrations.AddField(
            model_name="itemresult",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="quizzes.questionversion",
            ),
        ),
        migrations.AddField(
            model_name="itemstatistic",
            name="version",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="statistic",
                to="quizzes.questionversion",
            ),
        ),
        migrations.AddField(
            model_name="keycorrection",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="quizzes.questionversion",
            ),
        ),
        migrations.AddField(
            model_name="questionblank",
            name="question",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="blanks", to="quizzes.question"
            ),
        ),
        migrations.AddField(
            model_name="questiontag",
            name="content_object",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tagged_items",
                to="quizzes.question",
            ),
        ),
        migrations.AddField(
            model_name="questiontag",
            name="tag",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(app_label)s_%(class)s_items",
                to="taggit.tag",
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="tags",
            field=modelcluster.contrib.taggit.ClusterTaggableManager(
                blank=True,
                help_text="A comma-separated list of tags.",
                through="quizzes.QuestionTag",
                to="taggit.Tag",
                verbose_name="tags",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "single_choice",
                            "multiple_choice",
                            "true_false",
                            "fill_in",
                            "ordering",
                            "matching",
                            "short_answer",
                        ],
                    )
                ),
                name="a_question_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__range", (1, 100))), name="a_question_is_worth_1_to_100_points"
            ),
        ),
        migrations.AddField(
            model_name="quizpool",
            name="quiz",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pools", to="quizzes.quiz"
            ),
        ),
        migrations.AddField(
            model_name="quizpool",
            name="tag",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="taggit.tag",
                verbose_name="tag",
            ),
        ),
        migrations.AddField(
            model_name="regrade",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="regrade",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="regrades", to="quizzes.question"
            ),
        ),
        migrations.AddField(
            model_name="keycorrection",
            name="regrade",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="quizzes.regrade"
            ),
        ),
        migrations.AddField(
            model_name="mark",
            name="regrade",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="quizzes.regrade",
            ),
        ),
        migrations.AddField(
            model_name="rubricline",
            name="question",
            field=modelcluster.fields.ParentalKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rubric", to="quizzes.question"
            ),
        ),
        migrations.AddField(
            model_name="timeextension",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="timeextension",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="time_extensions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="timeextension",
            name="quiz",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="extensions", to="quizzes.quiz"
            ),
        ),
        migrations.AddConstraint(
            model_name="checked",
            constraint=models.UniqueConstraint(
                fields=("attempt", "position"), name="a_key_is_shown_once_in_an_attempt"
            ),
        ),
        migrations.AddIndex(
            model_name="givenpoints",
            index=models.Index(fields=["attempt", "position", "-id"], name="last_points_for_an_answer"),
        ),
        migrations.AddConstraint(
            model_name="itemresult",
            constraint=models.UniqueConstraint(
                fields=("attempt", "position"), name="a_question_of_an_attempt_has_one_result"
            ),
        ),
        migrations.AddConstraint(
            model_name="itemresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="a_score_is_between_0_and_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionblank",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["text", "number", "date"])), name="a_blank_has_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="questionblank",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted__len__gt", 0)), name="a_blank_accepts_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="quizpool",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="a_pool_draws_at_least_one_question"
            ),
        ),
        migrations.AddConstraint(
            model_name="quizpool",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("tag__isnull", False),
                    ("difficulty__isnull", False),
                    ("module__isnull", False),
                    _connector="OR",
                ),
                name="a_pool_names_a_tag_a_difficulty_or_a_module",
            ),
        ),
        migrations.AddConstraint(
            model_name="regrade",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_regrade_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="keycorrection",
            constraint=models.UniqueConstraint(
                fields=("regrade", "version"), name="a_regrade_corrects_a_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rubricline",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gte", 1)), name="a_line_of_a_rubric_earns_points"
            ),
        ),
        migrations.AddIndex(
            model_name="timeextension",
            index=models.Index(fields=["quiz", "member", "-id"], name="last_extension_of_a_member"),
        ),
    ]
