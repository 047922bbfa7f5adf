"""Review by somebody else: its task, the line that the database holds, and where the words of a lesson lead."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0006_what_readers_keep"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewTask",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
            ],
            options={
                "verbose_name": "review by somebody else",
                "verbose_name_plural": "reviews by somebody else",
            },
            bases=("wagtailcore.task",),
        ),
        migrations.AddField(
            model_name="lessonedition",
            name="links",
            field=models.JSONField(null=True),
        ),
        migrations.RunSQL(
            (SQL / "second_look.sql").read_text("utf-8"), (SQL / "second_look_undone.sql").read_text("utf-8")
        ),
    ]
