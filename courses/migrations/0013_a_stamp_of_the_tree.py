"""What the lane asks beside the gate: the stamp of the published tree, what is closed, which offices."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"

UNDO = """
    drop function courses_changed() cascade;
    drop function courses_stamp(), courses_fold_changes(), courses_closed(bigint), courses_offices(bigint);
    drop table courses_change;
    drop sequence courses_change_number;
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0012_search_in_the_database")]

    operations = [migrations.RunSQL((SQL / "lane.sql").read_text("utf-8"), UNDO)]
