from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "erased_clock.sql"

UNDO = """
    drop trigger the_clock_of_an_erased_member_stands_still on hours_studyclock;
    drop function study_hold, held_clock;
"""


class Migration(migrations.Migration):
    dependencies = [("hours", "0005_who_leads_for_a_mobile_member")]

    operations = [migrations.RunSQL(SQL.read_text(), UNDO)]
