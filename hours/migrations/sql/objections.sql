-- Objections and their answers are only added. A new key may renew the cipher of the words, and the words go when the
-- member who objected is erased; nothing else ever changes, and no row goes.
create function frozen_objection() returns trigger language plpgsql as $$
declare
    objector uuid;
begin
    if tg_op = 'INSERT' and new.text is null then
        raise exception 'an objection and its answer say something' using errcode = 'check_violation';
    elsif tg_op = 'INSERT' then
        return new;
    end if;
    if old.text is null or to_jsonb(new) - 'text' is distinct from to_jsonb(old) - 'text' then
        raise exception 'objections and their answers are only added, never changed' using errcode = 'check_violation';
    end if;
    if new.text is null then
        objector := coalesce(to_jsonb(old) ->> 'member_key',
            (select o.member_key::text from hours_objection o where o.id = (to_jsonb(old) ->> 'objection_id')::bigint));
        if not exists (select from people_erasure e join people_member m on m.id = e.member_id where m.key = objector) then
            raise exception 'the words of an objection go only with the member' using errcode = 'check_violation';
        end if;
    end if;
    return new;
end $$;

create trigger objections_say_something_and_stay before insert or update on hours_objection
    for each row execute function frozen_objection();
create trigger answers_say_something_and_stay before insert or update on hours_objectionanswer
    for each row execute function frozen_objection();
create trigger objections_are_only_added before delete or truncate on hours_objection
    for each statement execute function frozen_ledger();
create trigger answers_are_only_added before delete or truncate on hours_objectionanswer
    for each statement execute function frozen_ledger();
