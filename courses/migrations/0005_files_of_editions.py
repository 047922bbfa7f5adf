"""Which files an edition shows; see `sql/files_of_editions.sql`."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_the_gate"),
        ("wagtailimages", "0027_image_description"),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shown_in",
                        to="courses.privatedocument",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="courses.lessonedition",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shown_in",
                        to="wagtailimages.image",
                    ),
                ),
            ],
            options={
                "verbose_name": "file of an edition",
                "verbose_name_plural": "files of editions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", True), ("image__isnull", False)),
                            models.Q(("document__isnull", False), ("image__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_file_of_an_edition_is_an_image_or_a_document",
                    ),
                    models.UniqueConstraint(
                        fields=("edition", "image"), name="an_edition_names_an_image_once"
                    ),
                    models.UniqueConstraint(
                        fields=("edition", "document"), name="an_edition_names_a_document_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            (SQL / "files_of_editions.sql").read_text("utf-8"),
            "drop index rendition_by_file; drop index image_by_file",
        ),
    ]
