-- What a reader may read of what was asked, the nearest first: place by place until there are enough.
-- The planner takes passing over all entries for cheap, because it does not see that their lexemes lie outside
-- the row: within this function it may not.

create or replace function courses_search(reader bigint, places tsquery[], most integer)
returns table (found_edition bigint, found_lesson uuid)
language plpgsql stable set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
    asked tsquery;
    seen bigint[] := '{}';
    -- Closed to this reader with all below it: so the gate is hardly ever asked in vain.
    closed varchar[] := array(
        select above.path from wagtailcore_page above
        where above.id in (
                select page_id from courses_audience union select page_id from wagtailcore_pageviewrestriction)
            and not courses_may_read(reader, above.path));
begin
    foreach asked in array places loop
        for found_edition, found_lesson in
            select entry.edition_id, open.translation_key
            from (
                select s.edition_id, s.length from courses_searchentry s
                where s.words @@ asked and s.edition_id <> all (seen)
                order by s.length, s.edition_id
            ) entry
            cross join lateral (
                select e.translation_key from courses_lessonedition e
                join wagtailcore_page p on p.id = e.page_id
                where e.id = entry.edition_id and e.is_live
                    and substr(p.path, 1, 12) <> all (closed) and substr(p.path, 1, 16) <> all (closed)
                    and p.path <> all (closed) and courses_may_read(reader, p.path)
                offset 0
            ) open
            order by entry.length, entry.edition_id
            limit most - cardinality(seen)
        loop
            seen := seen || found_edition;
            return next;
        end loop;
        exit when cardinality(seen) >= most;
    end loop;
end
$$;
