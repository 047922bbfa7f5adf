-- The clock of an erased member is held for all time: whatever a page that is still open reports, nothing is counted
-- and nothing is written. The condition is looked at without calling anything, so a beat costs what it did.
create function held_clock() returns trigger language plpgsql as $$
begin
    return null;
end $$;

create trigger the_clock_of_an_erased_member_stands_still before update on hours_studyclock
    for each row when (upper_inf(old.held)) execute function held_clock();

-- Write the open sitting to the ledger and hold the clock; a member who never studied gets a clock that is held.
create function study_hold(p_member uuid, p_now timestamptz) returns void language plpgsql as $$
declare
    k hours_studyclock;
begin
    insert into hours_studyclock (member_key) values (p_member) on conflict do nothing;
    select * into k from hours_studyclock where member_key = p_member for update;
    perform study_close(k, p_now);
    update hours_studyclock set subject = null, edition = null, opened_at = null, last_at = null, pieces = '{}',
        quiet = '{}', hidden = '{}', elsewhere = '{}', screens = '{}', told_subject = null, told_to = null,
        held = '{(,)}' where member_key = p_member;
end $$;
