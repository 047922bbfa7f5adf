-- The one gate: whether a reader may read what stands at a path of the page tree, now. courses/gate.py and every
-- prepared statement ask it, so that page, interface, search, files, packs and the short way agree.

create or replace function courses_admits(reader bigint, organisation bigint, leaders_only boolean)
returns boolean language sql stable as $$
    with today as (select (now() at time zone 'Asia/Shanghai')::date as today)
    select exists (
        select from people_office o, today
        where o.member_id = reader and o.kind in ('editor', 'reviewer')
            and o.since <= today and (o.until is null or o.until >= today)
    ) or (
        (organisation is null or exists (
            select from today, people_affiliation a
            join people_organisation place on place.id = organisation
            join people_organisation branch on branch.id = a.branch_id
            left join people_organisation team on team.id = a.group_id
            where a.member_id = reader and a.since <= today and (a.until is null or a.until > today)
                and (starts_with(branch.path, place.path) or starts_with(team.path, place.path))
        ))
        and (not leaders_only or exists (
            select from people_office o, today
            where o.member_id = reader and o.kind in ('secretary', 'deputy', 'committee_member', 'group_leader')
                and o.since <= today and (o.until is null or o.until >= today)
        ))
    )
$$;

create or replace function courses_may_read(reader bigint, page_path varchar)
returns boolean language sql stable as $$
    select not exists (
        select from wagtailcore_page above
        where above.path = any (array[
                substr(page_path, 1, 8), substr(page_path, 1, 12), substr(page_path, 1, 16), substr(page_path, 1, 20)
            ]) and not above.live
    ) and not exists (
        select from wagtailcore_pageviewrestriction r
        join wagtailcore_page above on above.id = r.page_id
        where starts_with(page_path, above.path)
            and not (r.restriction_type = 'login' and reader is not null)
            and not (r.restriction_type = 'groups' and exists (
                select from wagtailcore_pageviewrestriction_groups g
                join people_member_groups mine on mine.group_id = g.group_id
                where g.pageviewrestriction_id = r.id and mine.member_id = reader
            ))
    ) and not exists (
        select from (select distinct page_id from courses_audience) closed
        join wagtailcore_page above on above.id = closed.page_id
        where starts_with(page_path, above.path)
            and not exists (
                select from courses_audience a
                where a.page_id = closed.page_id and courses_admits(reader, a.organisation_id, a.leaders_only)
            )
    )
$$;
