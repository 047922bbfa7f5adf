from pathlib import Path

from django.db import migrations, models

TREE = Path(__file__).parent / "sql" / "tree.sql"

UNDO = """
drop trigger members_belong_where_there_is_room on people_affiliation;
drop trigger members_stay_where_there_is_room on people_affiliation;
drop trigger an_organisation_has_its_place_in_the_tree on people_organisation;
drop function new_affiliations_fit, changed_affiliations_fit, refuse_affiliation, affiliation_fault,
    tree_holds, refuse_organisation, tree_fits, tree_step
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_audit_seals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="path",
            field=models.CharField(db_collation="C", editable=False, max_length=240),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(fields=["path"], name="organisations_by_path"),
        ),
        migrations.RunSQL(TREE.read_text(), UNDO),
    ]
