import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("wagtailcore", "0098_apitoken")]

    operations = [
        migrations.CreateModel(
            name="BareCount",
            fields=[
                ("member", models.UUIDField(primary_key=True, serialize=False)),
                ("seconds", models.IntegerField()),
                ("last_at", models.DateTimeField()),
            ],
            options={"verbose_name": "bare count"},
        ),
        migrations.CreateModel(
            name="BarePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.page",
                    ),
                ),
                ("body", models.TextField()),
            ],
            options={"verbose_name": "bare page"},
            bases=("wagtailcore.page",),
        ),
    ]
