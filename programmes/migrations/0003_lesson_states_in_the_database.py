"""How far a member is with lessons, said by the database: for pages that are made by one statement."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0002_editions_read_so_far"),
        ("courses", "0013_a_stamp_of_the_tree"),
        ("hours", "0013_visits_lateness_and_contact"),
        ("quizzes", "0002_questions_rest_on_passages"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "lesson_states.sql").read_text("utf-8"),
            "drop function programmes_lesson_states",
        )
    ]
