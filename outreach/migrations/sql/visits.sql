-- Visits are only added. A new key may renew the cipher of the words, and the words go when their time is over; what a
-- row says otherwise never changes, and no row goes. The columns of words are the arguments of the trigger.
create function frozen_visit() returns trigger language plpgsql as $$
declare
    words text[] := coalesce(tg_argv, '{}');
    word text;
begin
    if tg_op <> 'UPDATE' then
        raise exception 'visits are only added, never taken away' using errcode = 'check_violation';
    end if;
    if to_jsonb(new) - words is distinct from to_jsonb(old) - words then
        raise exception 'visits are only added, never changed' using errcode = 'check_violation';
    end if;
    foreach word in array words loop
        if to_jsonb(old) ->> word is null and to_jsonb(new) ->> word is not null then
            raise exception 'words that have gone do not come back' using errcode = 'check_violation';
        end if;
    end loop;
    return new;
end $$;

create trigger visits_stay before update on outreach_visit
    for each row execute function frozen_visit('place');
create trigger members_of_visits_stay before update on outreach_visitmember
    for each row execute function frozen_visit('companion', 'wishes');
create trigger visitors_of_visits_stay before update on outreach_visitvisitor
    for each row execute function frozen_visit();
create trigger lessons_of_visits_stay before update on outreach_visitlesson
    for each row execute function frozen_visit();
create trigger visits_are_only_added before delete or truncate on outreach_visit
    for each statement execute function frozen_visit();
create trigger members_of_visits_are_only_added before delete or truncate on outreach_visitmember
    for each statement execute function frozen_visit();
create trigger visitors_of_visits_are_only_added before delete or truncate on outreach_visitvisitor
    for each statement execute function frozen_visit();
create trigger lessons_of_visits_are_only_added before delete or truncate on outreach_visitlesson
    for each statement execute function frozen_visit();

-- A consent says once when it was withdrawn, and by whom that was noted; it changes in no other way.
create function frozen_consent() returns trigger language plpgsql as $$
begin
    if old.withdrawn_on is not null or new.withdrawn_on is null
            or to_jsonb(new) - '{withdrawn_on,withdrawal_noted_by_id}'::text[]
                is distinct from to_jsonb(old) - '{withdrawn_on,withdrawal_noted_by_id}'::text[] then
        raise exception 'a consent is only withdrawn, never changed' using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger consents_to_pairings_stay before update on outreach_pairingconsent
    for each row execute function frozen_consent();
