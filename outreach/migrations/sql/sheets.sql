-- Returns of activity records and their lines are only added. A new key may renew the cipher of the words, and the words
-- go when their time is over; what a row says otherwise never changes, and no row goes.
create function frozen_sheet() returns trigger language plpgsql as $$
declare
    words text[] := coalesce(tg_argv, '{}');
    word text;
begin
    if tg_op <> 'UPDATE' then
        raise exception 'lines of an activity record are only added, never taken away' using errcode = 'check_violation';
    end if;
    if to_jsonb(new) - words is distinct from to_jsonb(old) - words then
        raise exception 'lines of an activity record are only added, never changed' using errcode = 'check_violation';
    end if;
    foreach word in array words loop
        if to_jsonb(old) ->> word is null and to_jsonb(new) ->> word is not null then
            raise exception 'words that have gone do not come back' using errcode = 'check_violation';
        end if;
    end loop;
    return new;
end $$;

create trigger lines_of_sheets_stay before update on outreach_sheetline
    for each row execute function frozen_sheet('about');
create trigger returns_of_sheets_stay before update on outreach_sheetreturn
    for each row execute function frozen_sheet();
create trigger lines_of_sheets_are_only_added before delete or truncate on outreach_sheetline
    for each statement execute function frozen_sheet();
create trigger returns_of_sheets_are_only_added before delete or truncate on outreach_sheetreturn
    for each statement execute function frozen_sheet();
