from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0004_what_was_asked_is_kept")]

    operations = [
        migrations.AlterField("answer", "given_at", models.DateTimeField()),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_at__lte", models.F("saved_at"))),
                name="an_answer_is_given_before_it_is_saved",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["reviewed", "in_use"]), _negated=True),
                    ("version__isnull", False),
                    _connector="OR",
                ),
                name="a_question_in_use_has_an_approved_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("points__gte", 0), ("points__lte", models.F("out_of")), ("percent__lte", 100)
                ),
                name="nobody_has_more_points_than_there_are",
            ),
        ),
    ]
