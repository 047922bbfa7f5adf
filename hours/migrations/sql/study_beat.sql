-- The study clock in the database. Every timed writer locks the member's clock row first, so two beats of one
-- member, from whatever tab or device, follow one another; what is `held` is never counted twice.

create function study_seconds(spans tstzmultirange) returns int language sql immutable parallel safe as $$
    select coalesce(sum(extract(epoch from upper(span) - lower(span))), 0)::int from unnest(spans) span
$$;

create function frozen_ledger() returns trigger language plpgsql as $$
begin
    raise exception 'study records are only added, never changed: write a correction instead'
        using errcode = 'check_violation';
end $$;

create trigger study_records_are_only_added before update or delete or truncate on hours_studyrecord
    for each statement execute function frozen_ledger();

-- Write the open sitting to the ledger, for good. The caller holds the lock on the clock row.
create function study_close(k hours_studyclock, p_now timestamptz) returns bigint language plpgsql as $$
declare
    span tstzmultirange := k.pieces + k.quiet + k.hidden + k.elsewhere;
    day date;
    home_branch bigint;
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
    insert into hours_studyrecord (member_key, home_id, recorded_in_id, bucket, source, key, subject, edition,
            started_at, ended_at, seconds, refused, evidence, rule_id, reason, received_at)
        select k.member_key, home_branch, home_branch, 'individual', 'online',
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

-- Take in what one page reports. p_floor: when its token was issued; nothing before that, nothing after p_now.
create function study_beat(p_member uuid, p_subject uuid, p_edition bigint, p_floor timestamptz, p_now timestamptz,
    p_asked tstzmultirange, p_quiet tstzmultirange, p_hidden tstzmultirange, p_screens int4multirange)
returns table (counted int, elsewhere int, outside int, sitting int) language plpgsql as $$
#variable_conflict use_column
declare
    k hours_studyclock;
    lane tstzrange := tstzrange(p_floor, greatest(p_floor, p_now));
    asked tstzmultirange := p_asked * lane::tstzmultirange;
    fresh tstzmultirange;
    other tstzmultirange;
    untold tstzmultirange;
begin
    select * into k from hours_studyclock where member_key = p_member for update;
    if not found then
        insert into hours_studyclock (member_key) values (p_member) on conflict do nothing;
        select * into k from hours_studyclock where member_key = p_member for update;
    end if;
    if k.subject is not null and (k.subject <> p_subject or k.edition is distinct from p_edition
            or k.last_at < p_now - interval '10 minutes') then
        perform study_close(k, p_now);
        k.told_subject := k.subject;
        k.told_to := greatest(k.told_to, upper(k.pieces + k.quiet + k.hidden + k.elsewhere));
        k.subject := null;
    end if;
    if k.subject is null then
        k.pieces := '{}'; k.quiet := '{}'; k.hidden := '{}'; k.elsewhere := '{}'; k.screens := '{}';
        k.opened_at := p_now;
    end if;
    fresh := asked - k.held;
    -- What the last row of the ledger has told of this lesson is not told again.
    untold := lane::tstzmultirange;
    if k.told_subject = p_subject then
        untold := untold * tstzrange(k.told_to, null)::tstzmultirange;
    end if;
    other := (asked * k.held - k.pieces) * untold;
    update hours_studyclock c set subject = p_subject, edition = p_edition, opened_at = k.opened_at,
        last_at = greatest(k.last_at, p_now),
        held = (k.held + fresh) * tstzrange(p_now - interval '2 days', null)::tstzmultirange,
        pieces = k.pieces + fresh,
        quiet = k.quiet + p_quiet * untold,
        hidden = k.hidden + p_hidden * untold,
        told_subject = k.told_subject, told_to = k.told_to,
        elsewhere = k.elsewhere + other,
        screens = k.screens + p_screens
        where c.member_key = p_member;
    return query select study_seconds(fresh), study_seconds(other), study_seconds(p_asked - asked),
        study_seconds(k.pieces + fresh);
end $$;

-- Close sittings that have been silent since p_before; returns how many. Rows in use by a beat are left for later.
create function study_sweep(p_before timestamptz, p_now timestamptz) returns int language plpgsql as $$
declare
    k hours_studyclock;
    closed int := 0;
begin
    for k in select * from hours_studyclock where subject is not null and last_at < p_before
            order by member_key for update skip locked loop
        begin
            perform study_close(k, p_now);
            update hours_studyclock set subject = null, edition = null, opened_at = null, pieces = '{}', quiet = '{}',
                hidden = '{}', elsewhere = '{}', screens = '{}',
                told_subject = k.subject, told_to = greatest(k.told_to, upper(k.pieces + k.quiet + k.hidden + k.elsewhere))
                where member_key = k.member_key;
            closed := closed + 1;
        exception when integrity_constraint_violation then
            -- One member's trouble stops nobody else's sitting from being written.
            raise warning 'the sitting of % could not be closed: %', k.member_key, sqlerrm;
        end;
    end loop;
    return closed;
end $$;
