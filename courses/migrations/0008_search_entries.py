"""What search keeps of a published lesson."""

from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("courses", "0007_review_by_somebody_else")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="courses.lessonedition",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("length", models.IntegerField()),
                (
                    "heads",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("text", models.TextField()),
                ("made_by", models.IntegerField()),
            ],
            options={
                "verbose_name": "search entry",
                "verbose_name_plural": "search entries",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["words"], name="lessons_by_their_words"
                    )
                ],
            },
        ),
        migrations.RunSQL((SQL / "search.sql").read_text("utf-8"), migrations.RunSQL.noop),
    ]
