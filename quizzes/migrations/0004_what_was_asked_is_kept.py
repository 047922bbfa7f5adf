"""Questions in use get the version that is asked; answers and marks of before say what the new ones say."""

import json
from hashlib import sha256

from django.db import migrations
from django.utils.timezone import now

ANSWERS = """
update quizzes_answer set given_at = saved_at where given_at is null;

update quizzes_mark set detail = (
    select coalesce(jsonb_agg(
        (one - 'chosen') || jsonb_build_object(
            'given', one -> 'chosen', 'points', (one ->> 'right')::boolean::int, 'out_of', 1
        ) order by place
    ), '[]')
    from jsonb_array_elements(detail) with ordinality as found (one, place)
) where jsonb_path_exists(detail, '$[*].chosen');

update quizzes_attempt set ended_by = 'member' where handed_in_at is not null and ended_by = '';

update quizzes_questionoption set match_key = gen_random_uuid();
"""

PASSAGE = ("text", "text_en", "place", "place_en")
WORK = ("title", "title_en", "edition", "edition_en", "date", "date_en")


def freeze_what_is_asked(apps, schema_editor):
    """As attempts froze them when they began: from now on the bank does, when a reviewer approves."""
    Question = apps.get_model("quizzes", "Question")
    Version = apps.get_model("quizzes", "QuestionVersion")
    for question in Question.objects.filter(state="in_use").prefetch_related("options"):
        options = sorted(question.options.all(), key=lambda row: (row.position, row.pk))
        latest = Version.objects.filter(question=question).order_by("-pk").first()
        content = {
            "kind": question.kind,
            "stem": question.stem,
            "stem_en": question.stem_en,
            "options": [{"key": str(o.key), "text": o.text, "text_en": o.text_en} for o in options],
            "correct": [str(o.key) for o in options if o.is_correct],
            "explanation": question.explanation,
            "explanation_en": question.explanation_en,
            "source": question.source,
            "source_en": question.source_en,
        }
        if question.passage_id:
            content["passage"] = _passage(question.passage)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        digest = sha256(text.encode()).hexdigest()
        if latest is None or latest.digest != digest:
            latest, _is_new = Version.objects.get_or_create(
                question=question,
                digest=digest,
                defaults={"content": content, "frozen_at": now()},
            )
        question.version = latest
        question.save(update_fields=["version"])


def _passage(passage):
    words = {name: getattr(passage, name) for name in PASSAGE}
    return {"key": str(passage.key), **words, **{f"work_{n}": getattr(passage.work, n) for n in WORK}}


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0003_every_kind_of_question")]

    operations = [
        migrations.RunSQL(ANSWERS, migrations.RunSQL.noop),
        migrations.RunPython(freeze_what_is_asked, migrations.RunPython.noop),
    ]
