"""When somebody last opened a link to another site."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0010_next_check_of_an_edition")]

    operations = [
        migrations.CreateModel(
            name="LinkLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.TextField(verbose_name="address")),
                ("works", models.BooleanField(verbose_name="shows what is meant")),
                ("at", models.DateTimeField(verbose_name="looked at")),
            ],
            options={
                "verbose_name": "look at a link",
                "verbose_name_plural": "looks at links",
                "indexes": [models.Index(fields=["address", "-at"], name="last_look_at_an_address")],
            },
        ),
    ]
