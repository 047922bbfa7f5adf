-- Write the open sitting to the ledger, for good. The caller holds the lock on the clock row.
-- A mobile member's record is written by the branch that leads on that day, by the rule host_leads; home stays home.
create or replace function study_close(k hours_studyclock, p_now timestamptz) returns bigint language plpgsql as $$
declare
    span tstzmultirange := k.pieces + k.quiet + k.hidden + k.elsewhere;
    day date;
    home_branch bigint;
    host_branch bigint;
    host_leads boolean;
    new_year timestamptz;
    early hours_studyclock;
    written bigint;
begin
    if k.subject is null or isempty(span) then
        return null;
    end if;
    -- A record belongs to the year it happened in: what lies before New Year is a row of its own.
    new_year := make_timestamptz(extract(year from upper(span) at time zone 'Asia/Shanghai')::int, 1, 1, 0, 0, 0, 'Asia/Shanghai');
    if lower(span) < new_year and new_year < upper(span) then
        early := k;
        early.pieces := k.pieces * tstzrange(null, new_year)::tstzmultirange;
        early.quiet := k.quiet * tstzrange(null, new_year)::tstzmultirange;
        early.hidden := k.hidden * tstzrange(null, new_year)::tstzmultirange;
        early.elsewhere := k.elsewhere * tstzrange(null, new_year)::tstzmultirange;
        perform study_close(early, p_now);
        k.pieces := k.pieces - early.pieces;
        k.quiet := k.quiet - early.quiet;
        k.hidden := k.hidden - early.hidden;
        k.elsewhere := k.elsewhere - early.elsewhere;
        span := k.pieces + k.quiet + k.hidden + k.elsewhere;
    end if;
    day := (lower(span) at time zone 'Asia/Shanghai')::date;
    select a.branch_id into home_branch
        from people_affiliation a join people_member m on m.id = a.member_id
        where m.key = k.member_key and a.kind = 'home' and a.since <= day and (a.until is null or a.until > day)
        order by a.since desc limit 1;
    select a.branch_id into host_branch
        from people_affiliation a join people_member m on m.id = a.member_id
        where m.key = k.member_key and a.kind = 'host' and a.since <= day and (a.until is null or a.until > day)
        order by a.since desc limit 1;
    if host_branch is not null then
        select value = 1 into host_leads from hours_rule
            where name = 'host_leads' and valid_from <= day order by valid_from desc limit 1;
    end if;
    insert into hours_studyrecord (member_key, home_id, recorded_in_id, bucket, source, key, subject, edition,
            started_at, ended_at, seconds, refused, evidence, rule_id, reason, received_at)
        select k.member_key, home_branch,
            case when host_leads then host_branch else home_branch end, 'individual', 'online',
            concat_ws(':', k.member_key, k.subject, extract(epoch from lower(span))::bigint,
                extract(epoch from lower(k.pieces))::bigint),
            k.subject, k.edition, lower(span), upper(span), study_seconds(k.pieces),
            (select coalesce(jsonb_object_agg(why, seconds), '{}') from (values
                ('quiet', study_seconds(k.quiet - k.pieces - k.elsewhere)),
                ('hidden', study_seconds(k.hidden - k.pieces - k.elsewhere - k.quiet)),
                ('elsewhere', study_seconds(k.elsewhere - k.pieces)),
                ('closed', extract(epoch from upper(span) - lower(span))::int - study_seconds(span))) r(why, seconds) where seconds > 0),
            jsonb_build_object('screens', (select count(*) from unnest(k.screens) s, generate_series(lower(s), upper(s) - 1)),
                'spans', (select count(*) from unnest(k.pieces))),
            (select id from hours_rule where name = 'fair_pace' and valid_from <= day order by valid_from desc limit 1),
            '', greatest(p_now, upper(span))
        on conflict (source, key) do nothing
        returning id into written;
    if written is not null then
        insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at, ended_at, seconds)
            select k.member_key, written, 'individual', k.subject, lower(piece), upper(piece),
                extract(epoch from upper(piece) - lower(piece))::int
            from unnest(k.pieces) piece;
    end if;
    return written;
end $$;
