-- The study clock in the database, as it stands since the seventh migration. Every timed writer locks the member's
-- clock row first, so that two beats of one member, from whatever tab or device, follow one another.

-- The seconds in spans, of which there is most often one or none.
create or replace function study_seconds(spans tstzmultirange) returns int language plpgsql immutable parallel safe as $$
begin
    if isempty(spans) then
        return 0;
    elsif range_merge(spans)::tstzmultirange = spans then
        return date_part('epoch', upper(spans) - lower(spans));
    end if;
    return (select sum(date_part('epoch', upper(s) - lower(s))) from unnest(spans) s);
end $$;

-- The same for the ordinary beat, where it becomes part of the statement.
create or replace function study_length(spans tstzmultirange) returns int language sql immutable parallel safe as $$
    select case when isempty(spans) then 0
        when range_merge(spans)::tstzmultirange = spans then date_part('epoch', upper(spans) - lower(spans))::int
        else study_seconds(spans) end
$$;

-- The first seconds of spans, no more than so many.
create or replace function study_first(spans tstzmultirange, most int) returns tstzmultirange
language plpgsql immutable parallel safe as $$
declare
    span tstzrange;
    kept tstzmultirange := '{}';
    rest int := most;
begin
    if study_seconds(spans) <= most then
        return spans;
    end if;
    foreach span in array array(select s from unnest(spans) s order by s) loop
        exit when rest <= 0;
        kept := kept + tstzmultirange(tstzrange(lower(span), least(upper(span), lower(span) + make_interval(secs => rest))));
        rest := rest - extract(epoch from upper(span) - lower(span))::int;
    end loop;
    return kept;
end $$;

-- Spans for a row's evidence: [second it begins, seconds it lasts].
create or replace function study_told(spans tstzmultirange) returns jsonb language sql immutable parallel safe as $$
    select coalesce(jsonb_agg(jsonb_build_array(extract(epoch from lower(s))::bigint,
        extract(epoch from upper(s) - lower(s))::int) order by s), '[]') from unnest(spans) s
$$;

create or replace function study_midnight(moment timestamptz) returns timestamptz language sql stable parallel safe as $$
    select date_trunc('day', moment at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai'
$$;

-- The rules that were applied on a day, by their rows.
create or replace function study_rules(day date) returns jsonb language sql stable as $$
    select coalesce(jsonb_object_agg(name, id), '{}') from (select distinct on (name) name, id from hours_rule
        where valid_from <= day and name in ('fair_pace', 'large_print', 'lesson_factor', 'individual_day_hours',
            'offline_counts') order by name, valid_from desc) rules
$$;

-- The member's branch on a day, and the one that records: for a mobile member the one that leads by the rule.
create or replace function study_branches(p_member uuid, day date, out home bigint, out recording bigint)
language plpgsql stable as $$
declare
    host bigint;
begin
    select a.branch_id into home from people_affiliation a join people_member m on m.id = a.member_id
        where m.key = p_member and a.kind = 'home' and a.since <= day and (a.until is null or a.until > day)
        order by a.since desc limit 1;
    select a.branch_id into host from people_affiliation a join people_member m on m.id = a.member_id
        where m.key = p_member and a.kind = 'host' and a.since <= day and (a.until is null or a.until > day)
        order by a.since desc limit 1;
    recording := home;
    if host is not null and (select value = 1 from hours_rule where name = 'host_leads' and valid_from <= day
            order by valid_from desc limit 1) then
        recording := host;
    end if;
end $$;

-- Counted seconds of individual study that begin in a stretch; of one subject, or of all when none is named.
create or replace function study_earned(p_member uuid, p_subject uuid, p_from timestamptz, p_to timestamptz)
returns int language sql stable as $$
    select coalesce(sum(seconds), 0)::int from hours_countedinterval
        where member_key = p_member and started_at >= p_from and started_at < p_to and bucket = 'individual'
            and (p_subject is null or subject = p_subject)
$$;

-- Whether the account is open. Of one that was closed no page begins a sitting any more, whatever its token says; one
-- that is running ends within ten minutes of silence.
create or replace function study_open(p_member uuid) returns boolean language sql stable as $$
    select coalesce((select is_active from people_member where key = p_member), false)
$$;

-- The row of a member, locked; made when there is none.
create or replace function study_lock(p_member uuid) returns hours_studyclock language plpgsql as $$
declare
    k hours_studyclock;
begin
    select * into k from hours_studyclock where member_key = p_member for update;
    if not found then
        insert into hours_studyclock (member_key, pace, pace_lessons) values (p_member, 100, 0) on conflict do nothing;
        select * into k from hours_studyclock where member_key = p_member for update;
    end if;
    return k;
end $$;

-- Write the open sitting to the ledger, for good. The caller holds the lock on the clock row. A sitting lies within
-- one day of Shanghai, and so within one year.
create or replace function study_close(k hours_studyclock, p_now timestamptz) returns bigint language plpgsql as $$
declare
    span tstzmultirange := k.pieces + k.quiet + k.hidden + k.elsewhere + k.beyond;
    day date := (lower(span) at time zone 'Asia/Shanghai')::date;
    home_branch bigint;
    recording_branch bigint;
    written bigint;
begin
    if k.subject is null or isempty(span) then
        return null;
    end if;
    select home, recording into home_branch, recording_branch from study_branches(k.member_key, day);
    insert into hours_studyrecord (member_key, home_id, recorded_in_id, bucket, source, key, subject, edition, opened_at,
            started_at, ended_at, standing, seconds, counted, taken, claimed, award, counters, refused, evidence,
            rule_id, reason, received_at)
        select k.member_key, home_branch, recording_branch, 'individual', 'online',
            concat_ws(':', k.member_key, extract(epoch from lower(span))::bigint,
                (extract(epoch from k.opened_at) * 1000000)::bigint),
            k.subject, k.edition, k.opened_at, lower(span), upper(span), 'counted', study_seconds(k.pieces), k.pieces,
            '{}', '{}', 0, '{}',
            (select coalesce(jsonb_object_agg(why, seconds), '{}') from (values
                ('quiet', study_seconds(k.quiet - k.pieces - k.elsewhere - k.beyond)),
                ('hidden', study_seconds(k.hidden - k.pieces - k.elsewhere - k.beyond - k.quiet)),
                ('elsewhere', study_seconds(k.elsewhere - k.pieces - k.beyond)),
                (case when k.day_room < k.lesson_room then 'day_limit' else 'lesson_limit' end,
                    study_seconds(k.beyond - k.pieces)),
                ('closed', extract(epoch from upper(span) - lower(span))::int - study_seconds(span))) r(why, seconds)
                where seconds > 0),
            jsonb_build_object('rules', study_rules(day), 'spans', (select count(*) from unnest(k.pieces)),
                'screens', (select count(*) from unnest(k.screens) s, generate_series(lower(s), upper(s) - 1)))
                || case when isempty(k.media) then '{}' else jsonb_build_object('media',
                    (select sum(upper(s) - lower(s)) from unnest(k.media) s)) end
                || case when isempty(k.quiet) then '{}' else jsonb_build_object('quiet',
                    study_told(k.quiet - k.pieces - k.elsewhere - k.beyond)) end,
            (select id from hours_rule where name = 'fair_pace' and valid_from <= day order by valid_from desc limit 1),
            '', greatest(p_now, upper(span))
        returning id into written;
    insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at, ended_at, seconds)
        select k.member_key, written, 'individual', k.subject, lower(piece), upper(piece),
            extract(epoch from upper(piece) - lower(piece))::int
        from unnest(k.pieces) piece;
    return written;
end $$;

-- The row after its sitting was closed: nothing is open; what was told of this lesson is not told again.
create or replace function study_closed(k hours_studyclock) returns hours_studyclock language plpgsql immutable as $$
begin
    k.told_to := greatest(case when k.told_subject = k.subject then k.told_to end,
        upper(k.pieces + k.quiet + k.hidden + k.elsewhere + k.beyond));
    k.told_subject := k.subject;
    k.subject := null; k.edition := null; k.opened_at := null; k.sitting := 0;
    k.pieces := '{}'; k.quiet := '{}'; k.hidden := '{}'; k.elsewhere := '{}'; k.beyond := '{}';
    k.screens := '{}'; k.media := '{}';
    return k;
end $$;

create or replace function study_keep(k hours_studyclock, p_now timestamptz) returns void language sql as $$
    update hours_studyclock set subject = k.subject, edition = k.edition, opened_at = k.opened_at, last_at = k.last_at,
        day_ends = k.day_ends, lesson_room = k.lesson_room, day_room = k.day_room, sitting = k.sitting,
        added = k.added, held = k.held * tstzrange(p_now - interval '2 days', null)::tstzmultirange,
        pieces = k.pieces, quiet = k.quiet, hidden = k.hidden, elsewhere = k.elsewhere, beyond = k.beyond,
        screens = k.screens, media = k.media, told_subject = k.told_subject, told_to = k.told_to
        where member_key = k.member_key
$$;

drop function study_beat;

-- Take in what one page reports as it happens: spans of the last two minutes, cut to what may be before it is called.
-- The ordinary beat goes on with the open sitting: one small update. All else takes study_turn.
-- p_most: what the lesson can earn in a year; p_day: what a day can.
create function study_beat(p_member uuid, p_subject uuid, p_edition bigint, p_now timestamptz, p_asked tstzmultirange,
    p_quiet tstzmultirange, p_hidden tstzmultirange, p_screens int4multirange, p_media int4multirange,
    p_most int, p_day int)
returns table (counted int, elsewhere int, beyond int, why text, sitting int, awaiting int) language plpgsql as $$
#variable_conflict use_column
begin
    update hours_studyclock c set
        last_at = p_now,
        held = (c.held + p_asked) * tstzrange(p_now - interval '2 days', null)::tstzmultirange,
        pieces = c.pieces + (p_asked - c.held),
        quiet = c.quiet + p_quiet, hidden = c.hidden + p_hidden,
        screens = c.screens + p_screens, media = c.media + p_media,
        added = study_length(p_asked - c.held),
        sitting = c.sitting + study_length(p_asked - c.held)
        where c.member_key = p_member and c.subject = p_subject and c.edition = p_edition
            and c.last_at <= p_now and c.last_at >= p_now - interval '10 minutes' and p_now < c.day_ends
            and lower(p_asked + p_quiet + p_hidden) >= c.day_ends - interval '1 day'
            and p_asked * c.held <@ c.pieces
            and (c.told_subject is distinct from p_subject or c.told_to <= lower(p_asked + p_quiet + p_hidden))
            and c.sitting + study_length(p_asked - c.held) <= least(c.lesson_room, c.day_room)
        returning c.added, c.sitting into counted, sitting;
    if found then
        elsewhere := 0; beyond := 0; awaiting := 0;
        return next;
    else
        return query select * from study_turn(p_member, p_subject, p_edition, p_now, p_asked, p_quiet, p_hidden,
            p_screens, p_media, p_most, p_day);
    end if;
end $$;

-- A beat that begins a sitting, or ends one, or meets what is held already, a limit, or midnight.
create function study_turn(p_member uuid, p_subject uuid, p_edition bigint, p_now timestamptz, p_asked tstzmultirange,
    p_quiet tstzmultirange, p_hidden tstzmultirange, p_screens int4multirange, p_media int4multirange,
    p_most int, p_day int)
returns table (counted int, elsewhere int, beyond int, why text, sitting int, awaiting int) language plpgsql as $$
#variable_conflict use_column
declare
    k hours_studyclock;
    whole tstzmultirange := p_asked + p_quiet + p_hidden;
    midnight timestamptz := study_midnight(p_now);
    before tstzmultirange := tstzrange(null, midnight)::tstzmultirange;
    fresh tstzmultirange;
    other tstzmultirange;
    over tstzmultirange;
    untold tstzmultirange := '{(,)}';
    earlier record;
    new_year timestamptz;
begin
    select 0 as counted, 0 as elsewhere, 0 as beyond, null::text as why into earlier;
    if lower(whole) < midnight and upper(whole) > midnight then
        -- A sitting lies within one day: what was before midnight goes with the day before.
        select * into earlier from study_turn(p_member, p_subject, p_edition, midnight - interval '1 second',
            p_asked * before, p_quiet * before, p_hidden * before, p_screens, p_media, p_most, p_day) t;
        p_asked := p_asked - before; p_quiet := p_quiet - before; p_hidden := p_hidden - before;
    elsif upper(whole) <= midnight then
        p_now := midnight - interval '1 second';
        midnight := study_midnight(p_now);
    end if;
    k := study_lock(p_member);
    fresh := p_asked - k.held;
    if k.subject is not null and (k.subject <> p_subject or k.edition is distinct from p_edition
            or k.last_at < p_now - interval '10 minutes' or k.day_ends is distinct from midnight + interval '1 day') then
        if k.subject <> p_subject and isempty(fresh) and k.last_at >= p_now - interval '10 minutes' then
            -- Another page at the same time, and all of it is counted already: the open sitting goes on.
            if k.told_subject = p_subject then
                p_asked := p_asked * tstzrange(k.told_to, null)::tstzmultirange;
            end if;
            return query select earlier.counted, earlier.elsewhere + study_seconds(p_asked), earlier.beyond, earlier.why,
                0, 0;
            return;
        end if;
        perform study_close(k, p_now);
        k := study_closed(k);
    end if;
    if k.subject is null then
        if not study_open(p_member) then
            perform study_keep(k, p_now);
            return query select earlier.counted, 0, 0, null::text, 0, 0;
            return;
        end if;
        new_year := date_trunc('year', p_now at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai';
        k.subject := p_subject; k.edition := p_edition; k.opened_at := clock_timestamp();
        k.day_ends := midnight + interval '1 day';
        k.lesson_room := greatest(0, p_most - study_earned(p_member, p_subject, new_year, new_year + interval '1 year'));
        k.day_room := greatest(0, p_day - study_earned(p_member, null, midnight, k.day_ends));
    end if;
    over := fresh - study_first(fresh, least(k.lesson_room, k.day_room) - k.sitting);
    fresh := fresh - over;
    -- What the last row of the ledger has told of this lesson is not told again.
    if k.told_subject = p_subject then
        untold := tstzrange(k.told_to, null)::tstzmultirange;
    end if;
    other := (p_asked * k.held - k.pieces) * untold;
    if not isempty(other) then
        -- What this very lesson has counted in an earlier sitting is not elsewhere.
        select other - coalesce(range_agg(tstzrange(i.started_at, i.ended_at)), '{}') into other
            from hours_countedinterval i where i.member_key = p_member and i.subject = p_subject
                and tstzrange(i.started_at, i.ended_at) && range_merge(other);
    end if;
    k.last_at := greatest(k.last_at, p_now);
    k.held := k.held + fresh;
    k.pieces := k.pieces + fresh;
    k.quiet := k.quiet + p_quiet * untold;
    k.hidden := k.hidden + p_hidden * untold;
    k.elsewhere := k.elsewhere + other;
    k.beyond := k.beyond + over * untold;
    k.screens := k.screens + p_screens;
    k.media := k.media + p_media;
    k.added := study_seconds(fresh);
    k.sitting := k.sitting + k.added;
    perform study_keep(k, p_now);
    return query select k.added + earlier.counted, study_seconds(other) + earlier.elsewhere,
        study_seconds(over) + earlier.beyond,
        case when isempty(over) then earlier.why when k.day_room < k.lesson_room then 'day_limit'
            else 'lesson_limit' end,
        k.sitting, 0;
end $$;

-- Take in what waited on a device: older than two minutes, or told by a clock that was wrong. It goes to the ledger at
-- once, a row for each day; p_standing says whether it counts or awaits confirmation. A report whose number the ledger
-- knows of this page is not taken again, wherever its time would fall now. Of each stretch that counts p_counters has the
-- number of its report, p_begins and p_ends the seconds since the page was opened; 0 and 0 when nothing of it counts.
create function study_late(p_member uuid, p_subject uuid, p_edition bigint, p_opened timestamptz, p_now timestamptz,
    p_counters int[], p_begins int[], p_ends int[], p_quiet tstzmultirange, p_hidden tstzmultirange,
    p_screens int4multirange, p_media int4multirange, p_most int, p_day int, p_standing text, p_evidence jsonb)
returns table (counted int, elsewhere int, beyond int, why text, sitting int, awaiting int) language plpgsql as $$
#variable_conflict use_column
declare
    second constant interval := '1 second';
    k hours_studyclock;
    seen int4multirange;
    fresh_counters int4multirange;
    asked tstzmultirange;
    taken tstzmultirange;
    corrected tstzmultirange;
    own tstzmultirange;
    part tstzmultirange;
    kept tstzmultirange;
    over tstzmultirange;
    other tstzmultirange;
    silent tstzmultirange;
    unseen tstzmultirange;
    span tstzmultirange;
    day_begins timestamptz;
    year_begins timestamptz;
    day_lane tstzmultirange;
    room int;
    lesson_room int;
    day_room int;
    home_branch bigint;
    recording_branch bigint;
    written bigint;
begin
    counted := 0; elsewhere := 0; beyond := 0; sitting := 0; awaiting := 0;
    k := study_lock(p_member);
    select coalesce(range_agg(c), '{}') into seen from hours_studyrecord r, unnest(r.counters) c
        where r.member_key = p_member and r.subject = p_subject and r.source = 'offline' and r.opened_at = p_opened;
    select range_agg(tstzrange(p_opened + second * b.begins, p_opened + second * b.ends)),
            range_agg(int4range(b.n, b.n + 1)) into asked, fresh_counters
        from unnest(p_counters, p_begins, p_ends) b(n, begins, ends) where not b.n <@ seen;
    asked := coalesce(asked, '{}');
    if upper_inf(k.held) or fresh_counters is null or not study_open(p_member) then
        return next;
        return;
    end if;
    span := asked + p_quiet + p_hidden;
    select coalesce(range_agg(tstzrange(i.started_at, i.ended_at)), '{}'),
            coalesce(range_agg(tstzrange(i.started_at, i.ended_at)) filter (where i.subject = p_subject), '{}')
        into taken, own from hours_countedinterval i
        where i.member_key = p_member and tstzrange(i.started_at, i.ended_at) && range_merge(span);
    select own + coalesce(range_agg(s), '{}') into own from hours_studyrecord r, unnest(r.claimed) s
        where r.member_key = p_member and r.subject = p_subject and r.standing = 'awaiting'
            and not exists (select from hours_studyrecord d where d.settles_id = r.id);
    if k.subject = p_subject then
        own := own + k.pieces;
    end if;
    -- What a correction took away is not earned back by a report that comes again.
    select coalesce(range_agg(s), '{}') into corrected from hours_studyrecord r, unnest(r.taken) s
        where r.member_key = p_member and r.source = 'correction' and r.bucket = 'individual'
            and r.taken && range_merge(span);
    taken := taken + corrected + k.held + own;
    if p_evidence ? 'clock_off' then
        -- What a wrong clock told would fall elsewhere when it came again: its numbers are written down even when
        -- all of it is counted already.
        own := '{}';
    end if;
    if isempty(asked - own) then
        return next;
        return;
    end if;
    for day_begins in select generate_series(study_midnight(lower(span)), upper(span), interval '1 day') loop
        day_lane := tstzrange(day_begins, day_begins + interval '1 day')::tstzmultirange;
        part := (asked - taken) * day_lane;
        other := (asked * taken - own) * day_lane;
        continue when isempty(part) and isempty(other);
        year_begins := date_trunc('year', day_begins at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai';
        lesson_room := p_most - study_earned(p_member, p_subject, year_begins, year_begins + interval '1 year')
            - case when k.subject = p_subject and k.day_ends > year_begins
                and k.day_ends <= year_begins + interval '1 year' then k.sitting else 0 end;
        day_room := p_day - study_earned(p_member, null, day_begins, day_begins + interval '1 day')
            - case when k.subject is not null and k.day_ends = day_begins + interval '1 day' then k.sitting else 0 end;
        room := least(lesson_room, day_room);
        kept := study_first(part, room);
        over := part - kept;
        silent := p_quiet * day_lane - part - other - taken;
        unseen := p_hidden * day_lane - part - other - taken - silent;
        span := part + other + silent + unseen;
        select home, recording into home_branch, recording_branch
            from study_branches(p_member, (day_begins at time zone 'Asia/Shanghai')::date);
        insert into hours_studyrecord (member_key, home_id, recorded_in_id, bucket, source, key, subject, edition,
                opened_at, started_at, ended_at, standing, seconds, counted, taken, claimed, award, counters, refused,
                evidence, rule_id, reason, received_at)
            select p_member, home_branch, recording_branch, 'individual', 'offline',
                concat_ws(':', replace(p_member::text, '-', ''), replace(p_subject::text, '-', ''),
                    extract(epoch from p_opened)::bigint, lower(fresh_counters),
                    extract(epoch from day_begins)::bigint),
                p_subject, p_edition, p_opened, lower(span), upper(span), p_standing,
                case p_standing when 'counted' then study_seconds(kept) else 0 end,
                case p_standing when 'counted' then kept else '{}' end, '{}',
                case p_standing when 'counted' then '{}' else kept end, 0, fresh_counters,
                (select coalesce(jsonb_object_agg(r.why, seconds), '{}') from (values
                    ('quiet', study_seconds(silent)), ('hidden', study_seconds(unseen)),
                    ('elsewhere', study_seconds(other)),
                    (case when day_room < lesson_room then 'day_limit' else 'lesson_limit' end, study_seconds(over)),
                    ('closed', extract(epoch from upper(span) - lower(span))::int - study_seconds(span)))
                    r(why, seconds) where seconds > 0),
                p_evidence || case p_standing when 'awaiting' then jsonb_build_object('limits',
                    jsonb_build_object('lesson', p_most, 'day', p_day)) else '{}' end || jsonb_build_object(
                    'rules', study_rules((day_begins at time zone 'Asia/Shanghai')::date),
                    'spans', (select count(*) from unnest(kept)),
                    'screens', (select count(*) from unnest(p_screens) s, generate_series(lower(s), upper(s) - 1)))
                    || case when isempty(p_media) then '{}' else jsonb_build_object('media',
                        (select sum(upper(s) - lower(s)) from unnest(p_media) s)) end,
                (select id from hours_rule where name = 'fair_pace'
                    and valid_from <= (day_begins at time zone 'Asia/Shanghai')::date order by valid_from desc limit 1),
                '', p_now
            returning id into written;
        if p_standing = 'counted' then
            insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at, ended_at, seconds)
                select p_member, written, 'individual', p_subject, lower(piece), upper(piece),
                    extract(epoch from upper(piece) - lower(piece))::int from unnest(kept) piece;
            k.held := k.held + kept;
            k.lesson_room := k.lesson_room - case when k.subject = p_subject and k.day_ends > year_begins
                and k.day_ends <= year_begins + interval '1 year' then study_seconds(kept) else 0 end;
            k.day_room := k.day_room
                - case when k.day_ends = day_begins + interval '1 day' then study_seconds(kept) else 0 end;
            counted := counted + study_seconds(kept);
        else
            awaiting := awaiting + study_seconds(kept);
        end if;
        elsewhere := elsewhere + study_seconds(other);
        beyond := beyond + study_seconds(over);
        if not isempty(over) then
            why := case when day_room < lesson_room then 'day_limit' else 'lesson_limit' end;
        end if;
    end loop;
    perform study_keep(k, p_now);
    return next;
end $$;

-- Close sittings that have been silent since p_before; returns how many. Rows in use by a beat are left for later.
create or replace function study_sweep(p_before timestamptz, p_now timestamptz) returns int language plpgsql as $$
declare
    k hours_studyclock;
    closed int := 0;
begin
    for k in select * from hours_studyclock where subject is not null and last_at < p_before
            order by member_key for update skip locked loop
        begin
            perform study_close(k, p_now);
            perform study_keep(study_closed(k), p_now);
            closed := closed + 1;
        exception when integrity_constraint_violation then
            -- One member's trouble stops nobody else's sitting from being written.
            raise warning 'the sitting of % could not be closed: %', k.member_key, sqlerrm;
        end;
    end loop;
    return closed;
end $$;

create or replace function study_hold(p_member uuid, p_now timestamptz) returns void language plpgsql as $$
declare
    k hours_studyclock := study_lock(p_member);
begin
    perform study_close(k, p_now);
    perform study_keep(study_closed(k), p_now);
    update hours_studyclock set told_subject = null, told_to = null, held = '{(,)}' where member_key = p_member;
end $$;
