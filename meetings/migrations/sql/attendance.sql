-- What was said of somebody's attendance stays; another row is what puts it right.
create function frozen_attendance() returns trigger language plpgsql as $$
begin
    raise exception 'attendance is only added, never changed: a mistake is put right by a further row'
        using errcode = 'check_violation';
end $$;

create trigger attendance_is_only_added before update or delete or truncate on meetings_attendance
    for each statement execute function frozen_attendance();

-- A meeting that is closed or called off stays as it is. A new key may renew the cipher of the place.
create function frozen_meeting() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a meeting is called off, never deleted' using errcode = 'check_violation';
    end if;
    if (old.closed_at is not null or old.called_off_at is not null)
        and to_jsonb(new) - 'place' is distinct from to_jsonb(old) - 'place' then
        raise exception 'a meeting that is closed or called off is not changed' using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger a_closed_meeting_stays before update or delete on meetings_meeting
    for each row execute function frozen_meeting();
