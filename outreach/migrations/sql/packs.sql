-- The steps of a study pack are only added, and go forward only; a pack that was recorded or cancelled stays so.
create function packet_rank(p_state text) returns int language sql immutable parallel safe as $$
    select array_position(array['made', 'printed', 'delivered', 'returned', 'recorded', 'cancelled'], p_state)
$$;

create function forward_packet_step() returns trigger language plpgsql as $$
begin
    if exists (select from outreach_packetstep s where s.packet_id = new.packet_id
            and (packet_rank(s.state) >= packet_rank(new.state) or s.state = 'recorded')) then
        raise exception 'a study pack goes forward only' using errcode = 'check_violation';
    end if;
    return new;
end $$;

create function frozen_packet_step() returns trigger language plpgsql as $$
begin
    raise exception 'the steps of a study pack are only added, never changed' using errcode = 'check_violation';
end $$;

create trigger packs_go_forward_only before insert on outreach_packetstep
    for each row execute function forward_packet_step();
create trigger steps_of_packs_are_only_added before update or delete or truncate on outreach_packetstep
    for each statement execute function frozen_packet_step();

-- A return slip is written down once. A new key may renew the cipher of its words, and the words go when their time is
-- over; what it says otherwise never changes, and no slip goes.
create function frozen_slip() returns trigger language plpgsql as $$
declare
    words text[] := '{companion,questions,wishes}';
    word text;
begin
    if tg_op <> 'UPDATE' or to_jsonb(new) - words is distinct from to_jsonb(old) - words then
        raise exception 'return slips are only added, never changed' using errcode = 'check_violation';
    end if;
    foreach word in array words loop
        if to_jsonb(old) ->> word is null and to_jsonb(new) ->> word is not null then
            raise exception 'words that have gone do not come back' using errcode = 'check_violation';
        end if;
    end loop;
    return new;
end $$;

create trigger return_slips_stay before update on outreach_slip
    for each row execute function frozen_slip();
create trigger return_slips_are_only_added before delete or truncate on outreach_slip
    for each statement execute function frozen_slip();

-- What was printed and sent out stays as it was frozen; only its file, its cover and its volume may change.
create function frozen_packet() returns trigger language plpgsql as $$
begin
    if old.made_at is not null and (new.made_at, new.contents, new.number, new.key, new.member_id, new.branch_id)
            is distinct from (old.made_at, old.contents, old.number, old.key, old.member_id, old.branch_id) then
        raise exception 'a study pack that was made does not change' using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger packs_stay_as_they_were_made before update on outreach_packet
    for each row execute function frozen_packet();
