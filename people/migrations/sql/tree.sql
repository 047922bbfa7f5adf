-- The line that the tree keeps, whoever writes to it. Checked at the end of a transaction, so that many rows may
-- come in any order. A path ends with the row's own number and begins with the parent's path: no cycle has one.

create function tree_step(number bigint) returns text language sql immutable strict parallel safe as $$
    select substr(d, (number / 60466176 % 36)::int + 1, 1) || substr(d, (number / 1679616 % 36)::int + 1, 1)
        || substr(d, (number / 46656 % 36)::int + 1, 1) || substr(d, (number / 1296 % 36)::int + 1, 1)
        || substr(d, (number / 36 % 36)::int + 1, 1) || substr(d, (number % 36)::int + 1, 1)
    from (values ('0123456789abcdefghijklmnopqrstuvwxyz')) digits (d)
$$;

create function tree_fits(below text, kind text) returns boolean language sql immutable parallel safe as $$
    select case below
        when 'committee' then kind in ('committee', 'general_branch', 'branch')
        when 'general_branch' then kind = 'branch'
        when 'branch' then kind = 'group'
        else false
    end
$$;

create function refuse_organisation(place bigint, broken text) returns void language plpgsql as $$
begin
    raise exception 'organisation % violates "%"', place, broken
        using errcode = 'check_violation', constraint = broken, table = 'people_organisation';
end $$;

create function tree_holds() returns trigger language plpgsql as $$
declare
    this people_organisation;
    parent people_organisation;
begin
    select * into this from people_organisation where id = new.id;
    if not found then
        return null;
    end if;
    if this.parent_id is not null then
        -- Shared, so that the parent stays as it is read here until this transaction ends.
        select * into parent from people_organisation where id = this.parent_id for share;
        if not tree_fits(parent.kind, this.kind) then
            perform refuse_organisation(this.id, 'an_organisation_fits_below_its_parent');
        end if;
        if parent.closed_on < coalesce(this.closed_on, 'infinity') then
            perform refuse_organisation(this.id, 'nothing_open_belongs_to_a_closed_organisation');
        end if;
    end if;
    if this.path <> coalesce(parent.path, '') || tree_step(this.id) then
        perform refuse_organisation(this.id, 'a_path_goes_on_from_its_parents');
    end if;
    if tg_op = 'UPDATE' then
        if exists (select from people_organisation child where child.parent_id = this.id
                   and child.path <> this.path || tree_step(child.id)) then
            perform refuse_organisation(this.id, 'a_path_goes_on_from_its_parents');
        end if;
        if exists (select from people_organisation child where child.parent_id = this.id
                   and not tree_fits(this.kind, child.kind)) then
            perform refuse_organisation(this.id, 'an_organisation_fits_below_its_parent');
        end if;
        if exists (select from people_organisation child where child.parent_id = this.id
                   and this.closed_on < coalesce(child.closed_on, 'infinity')) then
            perform refuse_organisation(this.id, 'nothing_open_belongs_to_a_closed_organisation');
        end if;
    end if;
    return null;
end $$;

create constraint trigger an_organisation_has_its_place_in_the_tree
    after insert or update of id, parent_id, path, kind, closed_on on people_organisation
    deferrable initially deferred for each row execute function tree_holds();

-- Affiliations, many at once: one check for all rows of a statement.

create function affiliation_fault(branch people_organisation, part people_organisation, until date)
returns text language sql stable parallel safe as $$
    select case
        when branch.kind not in ('branch', 'general_branch') then 'members_belong_to_a_branch_or_general_branch'
        when branch.closed_on < coalesce(until, 'infinity') then 'nobody_belongs_to_a_closed_organisation'
        when part.kind <> 'group' or (until is null and part.parent_id <> branch.id)
            then 'a_group_is_part_of_the_branch'
        when part.closed_on < coalesce(until, 'infinity') then 'nobody_belongs_to_a_closed_organisation'
    end
$$;

create function refuse_affiliation(number bigint, broken text) returns void language plpgsql as $$
begin
    raise exception 'affiliation % violates "%"', number, broken
        using errcode = 'check_violation', constraint = broken, table = 'people_affiliation';
end $$;

create function new_affiliations_fit() returns trigger language plpgsql as $$
declare
    wrong record;
begin
    -- Shared, so that nobody closes a branch in which somebody is being entered.
    perform from people_organisation where id in (select branch_id from added) order by id for share;
    select added.id, affiliation_fault(branch, part, added.until) as broken into wrong
        from added join people_organisation branch on branch.id = added.branch_id
        left join people_organisation part on part.id = added.group_id
        where affiliation_fault(branch, part, added.until) is not null limit 1;
    if found then
        perform refuse_affiliation(wrong.id, wrong.broken);
    end if;
    return null;
end $$;

create function changed_affiliations_fit() returns trigger language plpgsql as $$
declare
    wrong record;
begin
    perform from people_organisation where id in (
        select added.branch_id from added left join removed using (id)
        where (added.branch_id, added.group_id, added.until)
            is distinct from (removed.branch_id, removed.group_id, removed.until)
    ) order by id for share;
    select added.id, affiliation_fault(branch, part, added.until) as broken into wrong
        from added left join removed using (id)
        join people_organisation branch on branch.id = added.branch_id
        left join people_organisation part on part.id = added.group_id
        where (added.branch_id, added.group_id, added.until)
            is distinct from (removed.branch_id, removed.group_id, removed.until)
        and affiliation_fault(branch, part, added.until) is not null limit 1;
    if found then
        perform refuse_affiliation(wrong.id, wrong.broken);
    end if;
    return null;
end $$;

create trigger members_belong_where_there_is_room after insert on people_affiliation
    referencing new table as added for each statement execute function new_affiliations_fit();
create trigger members_stay_where_there_is_room after update on people_affiliation
    referencing old table as removed new table as added for each statement execute function changed_affiliations_fit();

-- What was founded before the past was kept has its present name and place since the first that is known of it.

insert into people_organisationstate (organisation_id, parent_id, name, name_en, since)
select o.id, o.parent_id, o.name, o.name_en, coalesce(
    o.founded_on,
    least(
        (select min(since) from people_affiliation a where a.branch_id = o.id or a.group_id = o.id),
        (select min(since) from people_office f where f.organisation_id = o.id)
    ),
    current_date
)
from people_organisation o
where not exists (select from people_organisationstate s where s.organisation_id = o.id);
