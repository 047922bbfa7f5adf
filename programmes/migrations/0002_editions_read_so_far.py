"""Whoever reached the end of a lesson before editions read were kept has read the edition of that time."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0001_lessons_reached"),
        ("courses", "0006_what_readers_keep"),
    ]

    operations = [
        migrations.RunSQL(
            "insert into courses_editionread (member_id, edition_id, read_at)"
            " select member_id, edition_id, reached_at from programmes_lessonreached"
            " on conflict do nothing",
            migrations.RunSQL.noop,
        )
    ]
