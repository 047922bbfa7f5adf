from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "save_answer.sql"

UNDO = """
    drop function quizzes_save(uuid, bigint, int, text[], uuid, bigint, interval, timestamptz, interval, int);
    drop function quizzes_holding(uuid, int);
"""


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0005_what_is_in_use_was_approved")]

    operations = [migrations.RunSQL(SQL.read_text("utf-8"), UNDO)]
