"""Search asks the index and the gate in one function. See `sql/search_function.sql`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("courses", "0011_looks_at_links")]

    operations = [
        migrations.RunSQL(
            (SQL / "search_function.sql").read_text("utf-8"),
            "drop function courses_search(bigint, tsquery[], integer)",
        )
    ]
