"""The clock's new columns, the time of records that stand already, and functions."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"

COLUMNS = """
    alter table hours_studyclock
        add column beyond tstzmultirange not null default '{}',
        add column media int4multirange not null default '{}',
        add column day_ends timestamptz,
        add column lesson_room int not null default 0,
        add column day_room int not null default 0,
        add column sitting int not null default 0,
        add column added int not null default 0
"""

TIME_OF_RECORDS = """
    alter table hours_studyrecord disable trigger study_records_are_only_added;
    update hours_studyrecord r set
        counted = coalesce((select range_agg(tstzrange(started_at, ended_at)) from hours_countedinterval i
            where i.record_id = r.id), '{}'),
        award = seconds - coalesce((select sum(seconds) from hours_countedinterval i where i.record_id = r.id), 0);
    set constraints all immediate;
    alter table hours_studyrecord enable trigger study_records_are_only_added;
"""


class Migration(migrations.Migration):
    dependencies = [("hours", "0007_records_hold_their_time")]

    operations = [
        migrations.RunSQL(COLUMNS, migrations.RunSQL.noop),
        migrations.RunSQL(TIME_OF_RECORDS, migrations.RunSQL.noop),
        migrations.RunSQL((SQL / "clock.sql").read_text("utf-8")),
        migrations.RunSQL((SQL / "ledger.sql").read_text("utf-8")),
    ]
