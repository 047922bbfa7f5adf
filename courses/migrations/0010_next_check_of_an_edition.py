"""The day by which a lesson is to be checked again, kept with what was published."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0009_documents_brought_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="lessonedition",
            name="review_by",
            field=models.DateField(null=True),
        ),
    ]
