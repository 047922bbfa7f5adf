"""What lies about unused: images, documents, passages, questions and quizzes that nothing shows or asks.

A pool that names a module draws from questions that stand in quizzes already; others may draw any that fits.
"""

from __future__ import annotations

UNUSED = """
    with referred as (
        select c.app_label || '.' || c.model as model, r.to_object_id as pk
        from wagtailcore_referenceindex r join django_content_type c on c.id = r.to_content_type_id
    )
    select 'image' as kind, i.id, i.title, i.created_at as since from wagtailimages_image i
    where i.created_at < now() - interval '30 days'
        and not exists (select from courses_editionfile f where f.image_id = i.id)
        and not exists (select from referred r where r.model = 'wagtailimages.image' and r.pk = i.id::text)
    union all
    select 'document', d.id, d.title, d.created_at from courses_privatedocument d
    where d.created_at < now() - interval '30 days'
        and not exists (select from courses_editionfile f where f.document_id = d.id)
        and not exists (
            select from referred r where r.model = 'courses.privatedocument' and r.pk = d.id::text
        )
    union all
    select 'passage', p.id, p.reference, null from sources_passage p
    where not exists (select from quizzes_question q where q.passage_id = p.id)
        and not exists (select from courses_lessonedition e where e.is_live and e.passages ? p.key::text)
        and not exists (select from referred r where r.model = 'sources.passage' and r.pk = p.id::text)
    union all
    select 'question', q.id, q.stem, null from quizzes_question q
    where q.state <> 'retired' and not exists (select from quizzes_quizentry n where n.question_id = q.id)
        and not exists (
            select from quizzes_quizpool o
            where (o.difficulty is null or o.difficulty = q.difficulty)
                and (o.tag_id is null or exists (
                    select from quizzes_questiontag t where t.content_object_id = q.id and t.tag_id = o.tag_id
                ))
                and o.module is null
        )
    union all
    select 'quiz', z.id, z.title, null from quizzes_quiz z
    where not exists (select from courses_modulepage m where m.quiz_id = z.id)
        and not exists (
            select from courses_lessonedition e where e.is_live and e.quiz_keys ? z.key::text
        )
        and not exists (select from referred r where r.model = 'quizzes.quiz' and r.pk = z.id::text)
    order by kind, since, id
"""
"""Wagtail knows what a page that was never live refers to, but not what a later draft of a live page does:
hence the days that an upload may wait."""
