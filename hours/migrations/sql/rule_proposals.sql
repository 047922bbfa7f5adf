-- What was proposed stays as it was proposed, and is settled once.
create function frozen_proposals() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.outcome = '' and
            (new.id, new.key, new.name, new.value, new.valid_from, new.source, new.source_en, new.is_confirmed,
                new.author_id, new.proposed_at)
            is not distinct from
            (old.id, old.key, old.name, old.value, old.valid_from, old.source, old.source_en, old.is_confirmed,
                old.author_id, old.proposed_at) then
        return new;
    end if;
    raise exception 'what was proposed is never changed, and is settled once' using errcode = 'check_violation';
end $$;

create trigger proposals_stay_as_they_were before update or delete on hours_ruleproposal
    for each row execute function frozen_proposals();
create trigger proposals_are_not_emptied before truncate on hours_ruleproposal
    for each statement execute function frozen_proposals();
