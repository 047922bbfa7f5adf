"""A proposed rule is settled once, can be withdrawn, and stays as it was proposed."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hours", "0010_words_of_objections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ruleproposal",
            name="a_second_person_approves_a_proposed_rule",
        ),
        migrations.RemoveConstraint(
            model_name="ruleproposal",
            name="a_proposed_rule_is_open_or_settled",
        ),
        migrations.AlterField(
            model_name="ruleproposal",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("approved", "Approved"), ("declined", "Declined"), ("withdrawn", "Withdrawn")],
                max_length=10,
                verbose_name="outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_by", None),
                    models.Q(("outcome", "withdrawn"), ("settled_by", models.F("author"))),
                    models.Q(
                        models.Q(("outcome", "withdrawn"), _negated=True),
                        models.Q(("settled_by", models.F("author")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_second_person_approves_a_proposed_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "")),
                fields=("name", "valid_from"),
                name="one_open_proposal_for_a_rule_and_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "declined"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_proposed_rule_is_declined_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("rule", None), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("outcome", "approved"),
                        ("rule__isnull", False),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    models.Q(
                        ("outcome__in", ["declined", "withdrawn"]),
                        ("rule", None),
                        ("settled_at__isnull", False),
                        ("settled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_proposed_rule_is_open_or_settled",
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parent / "sql" / "rule_proposals.sql").read_text("utf-8"),
            "drop trigger proposals_stay_as_they_were on hours_ruleproposal;"
            "drop trigger proposals_are_not_emptied on hours_ruleproposal;"
            "drop function frozen_proposals()",
        ),
    ]
