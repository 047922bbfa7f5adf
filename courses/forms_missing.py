"""
Published lessons that lack a form somebody needs: the other language, captions, words in writing, the
alternative of a picture, something to print.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from courses.models import LessonEdition, LessonPage


class Form(TextChoices):
    """A form of a lesson, and so who goes without."""

    OTHER_LANGUAGE = "other-language", _("the other language")
    ENGLISH_WORDS = "english-words", _("English words of a passage it quotes")
    CAPTIONS = "captions", _("captions of a video")
    WORDS_OF_A_VIDEO = "words-of-a-video", _("what is said in a video, in writing and for paper")
    WORDS_OF_A_RECORDING = "words-of-a-recording", _("what is said in a recording, in writing and for paper")
    TEXT_ALTERNATIVE = "text-alternative", _("the text alternative of a picture")
    PRINTABLE_PICTURE = "printable-picture", _("a picture that can be printed")
    WORDS_OF_A_DOCUMENT = "words-of-a-document", _("something to read or print beside a document alone")


@dataclass(frozen=True)
class LessonLacking:
    """A published lesson and the forms it lacks."""

    edition: LessonEdition
    page: LessonPage
    lacks: list[Form]


_IN_BLOCKS = """
    with lacking as (
        select edition.id as edition, block ->> 'type' as kind, block -> 'value' as value
        from courses_lessonedition edition
        join courses_lessonpage lesson on lesson.page_ptr_id = edition.page_id
        cross join jsonb_array_elements(lesson.body) block
        where edition.is_live
    )
    select edition, %s from lacking
    where kind = 'video' and coalesce(value ->> 'captions', '') = ''
    union select edition, %s from lacking
    where kind = 'video' and coalesce(value ->> 'transcript', '') !~ '\\S'
    union select edition, %s from lacking
    where kind = 'audio' and coalesce(value ->> 'transcript', '') !~ '\\S'
    union select edition, %s from lacking
    where kind = 'image' and coalesce(value ->> 'alt', '') !~ '\\S'
    union select lacking.edition, %s from lacking
    left join wagtailimages_image picture on picture.id = (value ->> 'image')::bigint
    where kind = 'image' and coalesce(picture.file, '') !~* '\\.(svg|png|jpe?g|gif|webp)$'
    union select lacking.edition, %s from lacking
    join courses_lessonedition live on live.id = lacking.edition and live.language = 'en'
    join sources_passage passage on passage.id = (value #>> '{}')::bigint
    where kind = 'locked_quotation' and passage.text_en = ''
    union select edition, %s from lacking
    group by edition having bool_and(kind in ('document', 'heading', 'quiz')) and bool_or(kind = 'document')
"""


def lessons_lacking_forms() -> list[LessonLacking]:
    """Published lessons that lack a form, by title, with the forms in the order of `Form`. Three queries."""
    lacking: dict[int, set[Form]] = defaultdict(set)
    for edition, form in _lacking_in_blocks():
        lacking[edition].add(Form(form))
    for pk in _in_one_language():
        lacking[pk].add(Form.OTHER_LANGUAGE)
    editions = LessonEdition.objects.filter(pk__in=lacking).exclude(page=None).select_related("page")
    return [
        LessonLacking(edition, edition.page, [form for form in Form if form in lacking[edition.pk]])
        for edition in editions.order_by("title", "pk")
    ]


def _lacking_in_blocks() -> Sequence[tuple[int, str]]:
    forms = [
        Form.CAPTIONS,
        Form.WORDS_OF_A_VIDEO,
        Form.WORDS_OF_A_RECORDING,
        Form.TEXT_ALTERNATIVE,
        Form.PRINTABLE_PICTURE,
        Form.ENGLISH_WORDS,
        Form.WORDS_OF_A_DOCUMENT,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_IN_BLOCKS, [form.value for form in forms])
        return cursor.fetchall()


def _in_one_language() -> list[int]:
    """Live editions of lessons that are not live in every language."""
    languages: dict[object, list[int]] = defaultdict(list)
    for key, pk in LessonEdition.objects.live().values_list("translation_key", "pk"):
        languages[key].append(pk)
    return [pk for keys in languages.values() if len(keys) < len(settings.LANGUAGES) for pk in keys]
