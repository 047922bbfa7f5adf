-- Sealing the audit: what waits for its seal, partitions by the month, and seals that are never changed.

alter table people_auditentry add constraint an_audited_act_has_a_plausible_time
    check (at >= '2000-01-01 00:00+00' and at < '2200-01-01 00:00+00');

create index an_audit_entry_by_number on people_auditentry (id);
create index the_audit_by_actor on people_auditentry (actor, at desc, id desc);
create index the_audit_by_subject on people_auditentry (subject, at desc, id desc);
create index the_audit_by_organisation on people_auditentry (organisation, at desc, id desc);
create index the_audit_by_action on people_auditentry (action, at desc, id desc);
create index what_the_audit_saw_refused on people_auditentry (at desc, id desc) where outcome = 'refused';

-- A row waits here from the transaction that made it until the one that seals it. Rows appear when they are
-- committed, so one that is committed late is sealed late and never missed; nobody waits for anybody.
create table people_auditpending (
    at timestamptz not null,
    id bigint not null,
    primary key (at, id)
);
insert into people_auditpending select at, id from people_auditentry;

create function audit_entry_waits() returns trigger language plpgsql as $$
begin
    insert into people_auditpending (at, id) values (new.at, new.id) on conflict do nothing;
    return null;
end $$;

create trigger an_audit_entry_waits_for_its_seal after insert on people_auditentry
    for each row execute function audit_entry_waits();
create trigger what_waits_for_its_seal_does_not_change before update on people_auditpending
    for each row execute function frozen_audit();
create trigger what_waits_for_its_seal_is_not_emptied before truncate on people_auditpending
    for each statement execute function frozen_audit();

create trigger audit_seals_are_only_added before update or delete on people_auditseal
    for each row execute function frozen_audit();
create trigger audit_seals_are_never_emptied before truncate on people_auditseal
    for each statement execute function frozen_audit();

-- Make the partition of the month of `day` (Asia/Shanghai), unless it is there. Entries of that month that came
-- before it lie in the partition for the rest: they move over as they are, without waiting for a second seal.
create function audit_month(day date) returns boolean language plpgsql as $$
declare
    first date := date_trunc('month', day);
    begins timestamptz := first::timestamp at time zone 'Asia/Shanghai';
    ends timestamptz := (first + interval '1 month')::timestamp at time zone 'Asia/Shanghai';
    partition text := 'people_auditentry_' || to_char(first, 'YYYY_MM');
    stray boolean;
begin
    if to_regclass(partition) is not null then
        return false;
    end if;
    execute format('create table %I (like people_auditentry including constraints)', partition);
    execute format(
        'create trigger the_audit_is_never_emptied before truncate on %I'
        ' for each statement execute function frozen_audit()', partition);
    select exists (select from people_auditentry_rest where at >= begins and at < ends) into stray;
    if stray then
        alter table people_auditentry detach partition people_auditentry_rest;
        alter table people_auditentry_rest rename to people_auditentry_moving;
        create table people_auditentry_rest partition of people_auditentry default;
        create trigger the_audit_is_never_emptied before truncate on people_auditentry_rest
            for each statement execute function frozen_audit();
    end if;
    execute format(
        'alter table people_auditentry attach partition %I for values from (%L) to (%L)', partition, begins, ends);
    if stray then
        alter table people_auditentry disable trigger an_audit_entry_waits_for_its_seal;
        insert into people_auditentry (id, at, actor, action, subject, organisation, address, outcome, reason, details)
            select id, at, actor, action, subject, organisation, address, outcome, reason, details
            from people_auditentry_moving;
        alter table people_auditentry enable trigger an_audit_entry_waits_for_its_seal;
        drop table people_auditentry_moving;
    end if;
    return true;
end $$;

select audit_month((now() at time zone 'Asia/Shanghai' + ahead * interval '1 month')::date)
    from generate_series(0, 3) as ahead;
