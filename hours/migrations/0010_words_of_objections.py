"""The words of objections and answers are kept encrypted, and go when the member is erased."""

from pathlib import Path

from django.db import migrations

import people.ciphers

SQL = Path(__file__).parent / "sql" / "objections.sql"

UNDO = """
    drop trigger objections_are_only_added on hours_objection;
    drop trigger answers_are_only_added on hours_objectionanswer;
"""


class Migration(migrations.Migration):
    dependencies = [("hours", "0009_what_holds_a_record")]

    operations = [
        migrations.RunSQL(UNDO),
        migrations.RemoveConstraint(model_name="objection", name="an_objection_says_what_is_wrong"),
        migrations.RemoveConstraint(model_name="objectionanswer", name="an_answer_says_something"),
        migrations.AlterField(
            model_name="objection",
            name="text",
            field=people.ciphers.EncryptedField(null=True, verbose_name="what is wrong"),
        ),
        migrations.AlterField(
            model_name="objectionanswer",
            name="text",
            field=people.ciphers.EncryptedField(null=True, verbose_name="answer"),
        ),
        migrations.RunSQL(SQL.read_text("utf-8")),
    ]
