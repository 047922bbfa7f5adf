-- What members ask for and consent to is only added to. A new key may renew the cipher of the free words
-- (`should_be`, `words`), and nothing else; whole rows are dropped when their time is over.
create function frozen_request() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - array['should_be', 'words'] is distinct from to_jsonb(old) - array['should_be', 'words'] then
        raise exception 'requests, answers and consents are only added, never changed'
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

create trigger correction_requests_are_only_added before update on people_correctionrequest
    for each row execute function frozen_request();
create trigger correction_answers_are_only_added before update on people_correctionanswer
    for each row execute function frozen_request();
create trigger notices_read_are_only_added before update on people_noticeread
    for each row execute function frozen_request();
create trigger consents_are_only_added before update on people_consent
    for each row execute function frozen_request();
create trigger erasures_are_only_added before update on people_erasure
    for each row execute function frozen_request();
create trigger erasure_decisions_are_only_added before update on people_erasuredecision
    for each row execute function frozen_request();
