"""Meetings and who was there; what was said of attendance is only added."""

import datetime
import uuid
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import people.ciphers

SQL = Path(__file__).parent / "sql" / "attendance.sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0010_members_by_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("general", "General branch meeting"),
                            ("committee", "Committee meeting"),
                            ("group", "Group meeting"),
                            ("lecture", "Party lecture"),
                            ("theme_day", "Theme Party day"),
                            ("life", "Organisational life meeting"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="subject")),
                ("place", people.ciphers.EncryptedField(blank=True, null=True, verbose_name="place")),
                ("starts_at", models.DateTimeField(verbose_name="begins")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                (
                    "lessons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="lessons studied",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="entered")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                ("called_off_at", models.DateTimeField(null=True, verbose_name="called off")),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings",
                        to="people.organisation",
                        verbose_name="held by",
                    ),
                ),
                (
                    "called_off_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings_called_off",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "chaired_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings_chaired",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="in the chair",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings_closed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lecturer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lectures",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="lecturer",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meetings_opened",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "meeting",
                "verbose_name_plural": "meetings",
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("present", "Present"),
                            ("late", "Late"),
                            ("leave", "On leave"),
                            ("absent", "Not here"),
                        ],
                        max_length=8,
                        verbose_name="attendance",
                    ),
                ),
                ("arrived_at", models.DateTimeField(blank=True, null=True, verbose_name="arrived")),
                ("at", models.DateTimeField(verbose_name="received")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances_noted",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to="meetings.meeting",
                        verbose_name="meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance",
                "verbose_name_plural": "attendance",
            },
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["branch", "-starts_at"], name="meetings_of_an_organisation"),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["general", "committee", "group", "lecture", "theme_day", "life"])
                ),
                name="a_meeting_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starts_at"), "+", models.Value(datetime.timedelta(seconds=28800))
                        ),
                    ),
                ),
                name="a_meeting_ends_after_it_begins_and_within_eight_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None)),
                    models.Q(
                        ("closed_at__gte", models.F("ends_at")),
                        ("closed_by__isnull", False),
                        ("place__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_meeting_is_closed_by_somebody_after_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("called_off_at", None), ("called_off_by", None)),
                    models.Q(
                        ("called_off_at__isnull", False),
                        ("called_off_by__isnull", False),
                        ("closed_at", None),
                        ("place__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_meeting_that_was_called_off_is_not_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("lecturer", None), ("kind", "lecture"), _connector="OR"),
                name="only_a_lecture_has_a_lecturer",
            ),
        ),
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(fields=["meeting", "member", "-id"], name="attendance_that_holds"),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["present", "late", "leave", "absent"])),
                name="attendance_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("arrived_at__isnull", False), ("state", "late")),
                    models.Q(models.Q(("state", "late"), _negated=True), ("arrived_at", None)),
                    _connector="OR",
                ),
                name="who_came_late_has_a_time_of_arrival_and_nobody_else",
            ),
        ),
        migrations.RunSQL(SQL.read_text("utf-8")),
    ]
