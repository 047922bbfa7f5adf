-- What the short way to lessons (courses/lane.py) asks beside the gate.

-- The tree as it is published has a stamp: it is another one as soon as a change is committed, for every process.
-- Each transaction that changes the tree has a row of its own, so that editors never wait for one another. The stamp
-- is the sum: as what is committed only grows, two sums are the same only when the tree is. `courses_fold_changes`
-- adds old rows up in one, which changes no sum.
create sequence courses_change_number;

create table courses_change (
    transaction bigint primary key,
    number numeric not null
) with (fillfactor = 50);

create function courses_stamp() returns text language sql stable as $$
    select coalesce(sum(number), 0)::text from courses_change
$$;

create function courses_changed() returns trigger language plpgsql as $$
begin
    insert into courses_change (transaction, number)
        values (pg_current_xact_id()::text::bigint, nextval('courses_change_number'))
        on conflict (transaction) do update set number = excluded.number;
    return null;
end $$;

create function courses_fold_changes() returns void language sql as $$
    with old as (
        delete from courses_change where transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        returning number
    )
    insert into courses_change (transaction, number)
        select pg_current_xact_id()::text::bigint, sum(number) from old having count(*) > 0
        on conflict (transaction) do update set number = courses_change.number + excluded.number
$$;

create trigger a_published_page_is_new after insert on wagtailcore_page
    for each row when (new.live) execute function courses_changed();
create trigger a_published_page_is_gone after delete on wagtailcore_page
    for each row when (old.live) execute function courses_changed();
create trigger a_published_page_is_another after update on wagtailcore_page
    for each row when ((old.live or new.live)
        and (old.live, old.path, old.url_path, old.title, old.locale_id, old.translation_key)
            is distinct from (new.live, new.path, new.url_path, new.title, new.locale_id, new.translation_key))
    execute function courses_changed();

create trigger an_edition_is_new after insert on courses_lessonedition
    for each row when (new.is_live) execute function courses_changed();
create trigger an_edition_is_gone after delete on courses_lessonedition
    for each row when (old.is_live) execute function courses_changed();
create trigger an_edition_is_another after update on courses_lessonedition
    for each row when (old.is_live or new.is_live) execute function courses_changed();

create trigger a_module_changes after insert or update or delete on courses_modulepage
    for each row execute function courses_changed();
create trigger a_course_changes after insert or update or delete on courses_coursepage
    for each row execute function courses_changed();

-- The paths that are closed to a reader, and what lies below them: the part of the gate that is not the same for all.
-- Each audience is asked for once, however many pages it stands at.
create function courses_closed(reader bigint) returns varchar[] language plpgsql stable as $$
declare
    closed varchar[] := '{}';
begin
    if exists (select from wagtailcore_pageviewrestriction) then
        closed := array(
            select above.path from wagtailcore_pageviewrestriction r
            join wagtailcore_page above on above.id = r.page_id
            where not (r.restriction_type = 'login' and reader is not null)
                and not (r.restriction_type = 'groups' and exists (
                    select from wagtailcore_pageviewrestriction_groups g
                    join people_member_groups mine on mine.group_id = g.group_id
                    where g.pageviewrestriction_id = r.id and mine.member_id = reader
                ))
            order by above.path
        );
    end if;
    if exists (select from courses_audience) then
        closed := closed || array(
            with asked as materialized (
                select a.organisation_id, a.leaders_only, courses_admits(reader, a.organisation_id, a.leaders_only) admits
                from (select distinct organisation_id, leaders_only from courses_audience) a
            )
            select above.path from courses_audience a
            join asked on asked.organisation_id is not distinct from a.organisation_id
                and asked.leaders_only = a.leaders_only
            join wagtailcore_page above on above.id = a.page_id
            group by above.path having not bool_or(asked.admits)
            order by above.path
        );
    end if;
    return closed;
end $$;

-- The offices a member holds today, each kind in each kind of organisation once, and whether the member keeps in
-- contact with somebody: all that the navigation goes by.
create function courses_offices(reader bigint) returns text language plpgsql stable as $$
declare
    today date := (now() at time zone 'Asia/Shanghai')::date;
    held text;
begin
    select string_agg(distinct o.kind || '@' || place.kind, ' ' order by o.kind || '@' || place.kind) into held
        from people_office o join people_organisation place on place.id = o.organisation_id
        where o.member_id = reader and o.since <= today and (o.until is null or o.until >= today);
    if exists (
        select from people_mobileregistration r
        join people_affiliation home on home.member_id = reader and home.kind = 'home' and home.branch_id = r.branch_id
        where r.contact_id = reader and r.since <= today and (r.until is null or r.until > today)
            and home.since <= today and (home.until is null or home.until > today)
    ) then
        return concat_ws(' ', held, 'contacts');
    end if;
    return coalesce(held, '');
end $$;
