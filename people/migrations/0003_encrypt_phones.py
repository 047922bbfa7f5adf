from django.db import migrations, models


def encrypt_phones(apps, schema_editor):
    """Telephones written in clear so far."""
    member = apps.get_model("people", "Member")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select id, phone from people_member where phone is not null")
        for pk, phone in cursor.fetchall():
            member(pk=pk, phone=phone).save(update_fields=["phone", "phone_index"])
        cursor.execute("set constraints all immediate")


class Migration(migrations.Migration):
    dependencies = [("people", "0002_tree_history_and_arrangements")]

    operations = [
        migrations.RunPython(encrypt_phones, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone__isnull", True), ("phone_index__isnull", True)),
                    models.Q(("phone__isnull", False), ("phone_index__isnull", False)),
                    _connector="OR",
                ),
                name="a_phone_has_its_blind_index_and_none_has_none",
            ),
        ),
    ]
