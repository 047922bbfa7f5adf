-- Whether a reader has read a lesson to its end, and never with the words that this edition has.

create or replace function courses_read_otherwise(reader bigint, edition bigint)
returns boolean language sql stable as $$
    select coalesce(bool_and(before.words_digest <> this.words_digest), false)
    from courses_lessonedition this
    join courses_lessonedition before
        on before.translation_key = this.translation_key and before.language = this.language
        and before.words_digest <> ''
    join courses_editionread r on r.edition_id = before.id and r.member_id = reader
    where this.id = edition
$$;
