-- Saving an answer, in one statement. The lock on the attempt is what saving and ending wait at: an answer is either
-- there when the end reads the answers, or it finds the attempt ended and is late. Savers do not wait for one another.

-- The version that holds at a place (see quizzes/folding.py, which says the same): of each device the highest count, and
-- between devices the one given last.
create function quizzes_holding(p_attempt uuid, p_position int) returns quizzes_answer language plpgsql stable as $$
declare
    held quizzes_answer;
begin
    select last.* into held from (
        select distinct on (a.device) a.* from quizzes_answer a
            where a.attempt_id = p_attempt and a.position = p_position and not a.is_late
            order by a.device, a.counter desc, a.id desc
    ) last order by last.given_at desc, last.device desc nulls last, last.id desc limit 1;
    return held;
end $$;

-- `outcome`: saved, unknown (no such attempt of this member), counted_twice (the device has given something else under
-- this count already; `counted` is its highest), too_many. The same again is the row that is there.
create function quizzes_save(p_attempt uuid, p_member bigint, p_position int, p_given text[], p_device uuid,
    p_counter bigint, p_ago interval, p_at timestamptz, p_grace interval, p_most int)
    returns table (outcome text, is_late boolean, holds boolean, counted bigint) language plpgsql as $$
declare
    begun timestamptz;
    ends timestamptz;
    ended timestamptz;
    saved timestamptz;
    given timestamptz;
    late boolean;
    is_new boolean := false;
    same quizzes_answer;
    holding quizzes_answer;
begin
    if p_device is null then  -- nothing but the lock keeps the same form, sent twice at once, from being two answers
        select a.begun_at, a.ends_at, a.handed_in_at into begun, ends, ended
            from quizzes_attempt a where a.id = p_attempt and a.member_id = p_member for no key update;
    else
        select a.begun_at, a.ends_at, a.handed_in_at into begun, ends, ended
            from quizzes_attempt a where a.id = p_attempt and a.member_id = p_member for share;
    end if;
    if not found then
        return query select 'unknown', false, false, 0::bigint;
        return;
    end if;
    saved := greatest(p_at, begun);
    given := least(greatest(p_at - p_ago, begun), saved);
    late := ended is not null
        or ends is not null and (saved > ends + p_grace or p_device is not null and given > ends)
        or exists (select from quizzes_checked c where c.attempt_id = p_attempt and c.position = p_position);
    if p_device is null then
        if late then
            select a.* into same from quizzes_answer a
                where a.attempt_id = p_attempt and a.position = p_position and a.device is null and a.is_late
                order by a.id desc limit 1;
        else
            same := quizzes_holding(p_attempt, p_position);
        end if;
        if coalesce(same.given, '{}') = p_given then
            return query select 'saved', late, not late, 0::bigint;
            return;
        end if;
    end if;
    if (select count(*) from quizzes_answer a where a.attempt_id = p_attempt) < p_most then
        insert into quizzes_answer as a (attempt_id, position, given, device, counter, given_at, saved_at, is_late)
            values (p_attempt, p_position, p_given, p_device, p_counter, given, saved, late)
            on conflict do nothing returning a.* into same;
        is_new := found;
    end if;
    if not is_new then
        select a.* into same from quizzes_answer a
            where a.attempt_id = p_attempt and a.device = p_device and a.counter = p_counter;
        if not found then
            return query select 'too_many', late, false, 0::bigint;
            return;
        elsif same.position <> p_position or same.given <> p_given then
            return query select 'counted_twice', late, false, (select max(a.counter) from quizzes_answer a
                where a.attempt_id = p_attempt and a.device = p_device);
            return;
        end if;
    end if;
    if not same.is_late then
        holding := quizzes_holding(p_attempt, p_position);
    end if;
    return query select 'saved', same.is_late, coalesce(holding.id = same.id, false), same.counter;
end $$;
