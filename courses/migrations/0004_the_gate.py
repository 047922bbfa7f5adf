"""Who may read a lesson, said once, in the database. See `sql/gate.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0003_audiences_levels_and_sectors"),
        ("people", "0012_how_pages_look"),
        ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "gate.sql").read_text("utf-8"),
            "drop function courses_may_read(bigint, varchar); drop function courses_admits(bigint, bigint, boolean)",
        )
    ]
