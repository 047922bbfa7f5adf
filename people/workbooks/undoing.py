"""Taking back an import, while nothing depends on what it wrote. Afterwards only the audit knows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.work import Running, WorkFailed, ask, work
from people.audit import action, note
from people.models import ImportBatch, ImportedRow, Member
from people.workbooks.copying import PIECE
from people.workbooks.importing import NotReady, its_batch, teller
from people.workbooks.traces import LOOKS, NOT_KEPT, TABLES
from people.workbooks.writing import lock_writing

UNDONE = action("import.undone", _("A workbook of people was taken back"))

SIGNED_IN = "signed_in"
CHANGED = "changed_since"


class SomethingDepends(Exception):
    """Something came after the import and hangs on it; `on` says what and how much."""

    def __init__(self, on: list[list[Any]]) -> None:
        super().__init__("something depends on this import")
        self.on = on


@transaction.atomic
def take_back(batch: ImportBatch, *, by: Member, at: datetime) -> None:
    """
    Have an import taken back.

    :raises NotReady: when it is not written.
    """
    found = (
        ImportBatch.objects.visible_to(by).select_for_update().filter(pk=batch.pk, state="written").first()
    )
    if found is None:
        raise NotReady
    found.state = ImportBatch.State.UNDOING
    found.save(update_fields=["state"])
    job = ask("people.import_undo", by=by, at=at, batch=batch.pk)
    ImportBatch.objects.filter(pk=batch.pk).update(job=job)


@work("people.import_undo", _("Taking back a workbook"))
def undo(running: Running) -> dict[str, Any]:
    batch = its_batch(running)
    tell = teller(running)
    try:
        with transaction.atomic():
            lock_writing()
            depends = what_depends(batch, tell)
            if depends:
                raise SomethingDepends(depends)
            counts = _put_back(batch, tell)
            note(UNDONE, at=now(), by=batch.asked_by, details=counts)
            _forget(batch, running)
    except SomethingDepends as error:
        ImportBatch.objects.filter(pk=batch.pk).update(
            state=ImportBatch.State.WRITTEN, report={**batch.report, "depends": error.on}
        )
        raise WorkFailed("depends") from error
    except BaseException:
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.WRITTEN)
        raise
    return counts


def _forget(batch: ImportBatch, running: Running) -> None:
    """Remove the workbook and its earlier jobs; this one is kept to say how it ended."""
    earlier = Job.objects.filter(kind__startswith="people.import", asked_by=batch.asked_by_id)
    earlier = earlier.filter(asked_at__gte=batch.asked_at, ended_at__isnull=False).exclude(pk=running.job.pk)
    earlier.exclude(pk__in=ImportBatch.objects.exclude(pk=batch.pk).exclude(job=None).values("job")).delete()
    name, storage = batch.file.name, batch.file.storage
    batch.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def what_depends(batch: ImportBatch, tell: Any) -> list[list[Any]]:
    """Return what came after: pairs of a name (of a model, or a code of ours) and a number."""
    found: list[list[Any]] = []
    kept = ImportedRow.objects.filter(batch=batch)
    members = kept.filter(table=Member._meta.db_table, before__isnull=True).values("row")
    signed_in = Member.objects.filter(pk__in=members).exclude(last_login=None).count()
    if signed_in:
        found.append([SIGNED_IN, signed_in])
    changed = sum(_changed_since(batch, table) for table in TABLES)
    if changed:
        found.append([CHANGED, changed])
    for table, model in TABLES.items():
        for relation in model._meta.get_fields(include_hidden=True):
            if relation.auto_created and not relation.concrete and relation.one_to_many | relation.one_to_one:
                tell("depends", 0, 0)
                count = _referring(batch, table, relation)
                if count:
                    found.append([relation.related_model._meta.label_lower, count])
    return found


def _changed_since(batch: ImportBatch, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from people_importedrow kept left join {table} t on t.id = kept.row "  # noqa: S608
            f'where kept.batch_id = %s and kept."table" = %s and kept.digest is distinct from {LOOKS}',
            [batch.pk, table],
        )
        return cursor.fetchone()[0]


def _referring(batch: ImportBatch, table: str, relation: Any) -> int:
    """Count rows of another table that refer to added rows of this one and are not of the import."""
    model: type[models.Model] = relation.related_model
    if model is ImportedRow or not model._meta.managed:
        return 0
    kept = ImportedRow.objects.filter(batch=batch, before__isnull=True)
    added = TABLES[table]._base_manager.filter(pk__in=kept.filter(table=table).values("row"))
    target = added.values(relation.field.target_field.attname)  # some tables know a member by the opaque key
    referring = model._base_manager.filter(Q(**{f"{relation.field.name}__in": target}))
    own = model._meta.db_table
    if own in TABLES:
        referring = referring.exclude(pk__in=ImportedRow.objects.filter(batch=batch, table=own).values("row"))
    return referring.count()


def _put_back(batch: ImportBatch, tell: Any) -> dict[str, int]:
    """Remove what was added, the dependent first; give changed rows back what they held."""
    counts: dict[str, int] = {}
    kept = ImportedRow.objects.filter(batch=batch)
    total, done = kept.count(), 0
    for table, model in reversed(TABLES.items()):
        keys = list(
            kept.filter(table=table, before__isnull=True).order_by("-row").values_list("row", flat=True)
        )
        for start in range(0, len(keys), PIECE):
            piece = keys[start : start + PIECE]
            with connection.cursor() as cursor:
                cursor.execute(f"delete from {table} where id = any(%s)", [piece])  # noqa: S608
            done += len(piece)
            tell("undoing", done, total)
        _give_back(batch, table, model)
        name = table.removeprefix("people_")
        if keys:
            counts[f"{name}_removed"] = len(keys)
        changed = kept.filter(table=table).filter(before__isnull=False).count()
        if changed:
            counts[f"{name}_put_back"] = changed
    return counts


def _give_back(batch: ImportBatch, table: str, model: type[models.Model]) -> None:
    columns = [field.column for field in model._meta.concrete_fields if field.column not in NOT_KEPT]
    assigned = ", ".join(f'"{column}" = old."{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} t set {assigned} from people_importedrow kept, "  # noqa: S608
            f"jsonb_populate_record(null::{table}, kept.before) old "
            'where kept.batch_id = %s and kept."table" = %s and t.id = kept."row" '
            "and kept.before is not null",
            [batch.pk, table],
        )
