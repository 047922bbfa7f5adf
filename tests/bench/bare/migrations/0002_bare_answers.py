import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bare", "0001_bare_pages")]

    operations = [
        migrations.CreateModel(
            name="BareAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempt", models.UUIDField()),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "given",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("counter", models.BigIntegerField()),
                ("saved_at", models.DateTimeField()),
            ],
            options={"verbose_name": "bare answer"},
        ),
        migrations.AddConstraint(
            model_name="bareanswer",
            constraint=models.UniqueConstraint(
                fields=("attempt", "position"), name="a_bare_question_has_one_answer"
            ),
        ),
    ]
