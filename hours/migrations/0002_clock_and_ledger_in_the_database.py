"""The clock's multiranges, the functions that work on them, and the trigger that keeps the ledger append-only."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"

COLUMNS = """
    alter table hours_studyclock
        add column held tstzmultirange not null default '{}',
        add column pieces tstzmultirange not null default '{}',
        add column quiet tstzmultirange not null default '{}',
        add column hidden tstzmultirange not null default '{}',
        add column elsewhere tstzmultirange not null default '{}',
        add column screens int4multirange not null default '{}',
        add column told_subject uuid,
        add column told_to timestamptz,
        set (fillfactor = 50)
"""

UNDO = """
    drop trigger study_records_are_only_added on hours_studyrecord;
    drop function study_sweep, study_beat, study_close, frozen_ledger, study_seconds;
"""


class Migration(migrations.Migration):
    dependencies = [("hours", "0001_ledger_and_clock"), ("people", "0001_first_members")]

    operations = [
        migrations.RunSQL(COLUMNS, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "study_beat.sql").read_text(), UNDO),
    ]
