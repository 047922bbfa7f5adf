-- Every other writer of the ledger: meetings, visits, paper, confirmations, corrections. One function, one lock.

-- Which kind of study goes before which when two claim the same minute.
create function study_rank(p_bucket text) returns int language sql immutable parallel safe as $$
    select case p_bucket when 'concentrated' then 3 when 'collective' then 2 else 1 end
$$;

-- Take spans out of the counted intervals of a member; the remainders stay with their records.
create function ledger_take(p_member uuid, p_spans tstzmultirange) returns void language plpgsql as $$
begin
    with gone as (
        delete from hours_countedinterval i
            where i.member_key = p_member and tstzrange(i.started_at, i.ended_at) && range_merge(p_spans)
                and tstzmultirange(tstzrange(i.started_at, i.ended_at)) && p_spans
            returning i.*)
    insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at, ended_at, seconds)
        select g.member_key, g.record_id, g.bucket, g.subject, lower(s), upper(s),
            extract(epoch from upper(s) - lower(s))::int
        from gone g, unnest(tstzmultirange(tstzrange(g.started_at, g.ended_at)) - p_spans) s;
end $$;

-- What of some stretches would count now if they were written: all but what a record of the same or a higher kind, or
-- the open sitting, holds already (elsewhere), and, where the evidence keeps the limits of what waited on a device, what
-- lies beyond those.
create function ledger_would(p_member uuid, p_bucket text, p_subject uuid, p_spans tstzmultirange, p_evidence jsonb,
    out counted tstzmultirange, out elsewhere tstzmultirange, out beyond tstzmultirange, out why text)
language plpgsql stable as $$
declare
    k hours_studyclock;
    held tstzmultirange;
    day_begins timestamptz := study_midnight(lower(p_spans));
    year_begins timestamptz := date_trunc('year', day_begins at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai';
    lesson_room int;
    day_room int;
begin
    select * into k from hours_studyclock c where c.member_key = p_member;
    select coalesce(range_agg(tstzrange(i.started_at, i.ended_at)), '{}') into held from hours_countedinterval i
        where i.member_key = p_member and tstzrange(i.started_at, i.ended_at) && range_merge(p_spans)
            and study_rank(i.bucket) >= study_rank(p_bucket);
    if k.subject is not null and p_bucket = 'individual' then
        held := held + k.pieces;
    end if;
    elsewhere := p_spans * held;
    counted := p_spans - held;
    beyond := '{}';
    if p_evidence ? 'limits' then
        lesson_room := (p_evidence->'limits'->>'lesson')::int
            - study_earned(p_member, p_subject, year_begins, year_begins + interval '1 year')
            - case when k.subject = p_subject and k.day_ends > year_begins
                and k.day_ends <= year_begins + interval '1 year' then k.sitting else 0 end;
        day_room := (p_evidence->'limits'->>'day')::int
            - study_earned(p_member, null, day_begins, day_begins + interval '1 day')
            - case when k.subject is not null and k.day_ends = day_begins + interval '1 day' then k.sitting else 0 end;
        beyond := counted - study_first(counted, least(lesson_room, day_room));
        counted := counted - beyond;
        why := case when day_room < lesson_room then 'day_limit' else 'lesson_limit' end;
    end if;
end $$;

-- Write one record and its intervals; returns its id, or that of the record which this event already has.
-- p_spans is what happened; what another record of the same or a higher kind holds already is refused as elsewhere, and
-- what a lower kind holds is taken over, each time by a correction that says so. p_taken: what a correction takes from
-- the record it corrects. A record that awaits confirmation counts nothing and holds nothing.
create function ledger_add(p_member uuid, p_bucket text, p_source text, p_key text, p_subject uuid, p_edition bigint,
    p_started timestamptz, p_ended timestamptz, p_spans tstzmultirange, p_taken tstzmultirange, p_award int,
    p_standing text, p_recorded_in bigint, p_recorded_by bigint, p_corrects bigint, p_settles bigint, p_rule text,
    p_reason text, p_evidence jsonb, p_now timestamptz)
returns bigint language plpgsql as $$
declare
    k hours_studyclock := study_lock(p_member);
    day date := (p_started at time zone 'Asia/Shanghai')::date;
    home_branch bigint;
    recording_branch bigint;
    touched tstzmultirange := p_spans + p_taken;
    would record;
    fresh tstzmultirange := '{}';
    refused jsonb := '{}';
    below record;
    written bigint;
begin
    select id into written from hours_studyrecord where source = p_source and key = p_key;
    if found then
        return written;
    end if;
    select home, recording into home_branch, recording_branch from study_branches(p_member, day);
    if p_standing = 'counted' and not isempty(touched) then
        if k.subject is not null and touched && k.pieces then
            perform study_close(k, p_now);
            k := study_closed(k);
            perform study_keep(k, p_now);
        end if;
        select p_taken * coalesce(range_agg(tstzrange(started_at, ended_at)), '{}') into p_taken
            from hours_countedinterval where member_key = p_member
                and tstzrange(started_at, ended_at) && range_merge(touched);
        perform ledger_take(p_member, p_taken);
        select * into would from ledger_would(p_member, p_bucket, p_subject, p_spans, p_evidence);
        fresh := would.counted;
        select coalesce(jsonb_object_agg(why, lost), '{}') into refused from (values
            ('elsewhere', study_seconds(would.elsewhere)), (would.why, study_seconds(would.beyond))) r(why, lost)
            where lost > 0;
        for below in
            select i.record_id, i.bucket, i.subject, r.source, r.edition, r.home_id, r.recorded_in_id,
                    range_agg(tstzrange(i.started_at, i.ended_at)) * fresh as spans
                from hours_countedinterval i join hours_studyrecord r on r.id = i.record_id
                where i.member_key = p_member and tstzrange(i.started_at, i.ended_at) && range_merge(fresh)
                group by 1, 2, 3, 4, 5, 6, 7 having range_agg(tstzrange(i.started_at, i.ended_at)) && fresh
                order by 1
        loop
            insert into hours_studyrecord (member_key, home_id, recorded_in_id, recorded_by_id, bucket, source, key,
                    subject, edition, started_at, ended_at, standing, seconds, counted, taken, claimed, award, counters,
                    refused, evidence, reason, corrects_id, received_at)
                values (p_member, below.home_id, below.recorded_in_id, p_recorded_by, below.bucket, 'correction',
                    concat_ws(':', 'also', md5(p_source || ':' || p_key), below.record_id), below.subject, below.edition,
                    lower(below.spans), upper(below.spans), 'counted', -study_seconds(below.spans), '{}', below.spans,
                    '{}', 0, '{}', '{}', jsonb_build_object('also', p_source), '', below.record_id, p_now);
            perform ledger_take(p_member, below.spans);
        end loop;
    end if;
    insert into hours_studyrecord (member_key, home_id, recorded_in_id, recorded_by_id, bucket, source, key, subject,
            edition, started_at, ended_at, standing, seconds, counted, taken, claimed, award, counters, refused,
            evidence, rule_id, reason, corrects_id, settles_id, received_at)
        values (p_member, home_branch, coalesce(p_recorded_in, recording_branch), p_recorded_by, p_bucket, p_source,
            p_key, p_subject, p_edition, p_started, p_ended, p_standing,
            case p_standing when 'counted' then study_seconds(fresh) - study_seconds(p_taken) + p_award else 0 end,
            fresh, case p_standing when 'counted' then p_taken else '{}' end,
            case p_standing when 'awaiting' then p_spans else '{}' end,
            case p_standing when 'counted' then p_award else 0 end, '{}',
            refused,
            p_evidence,
            (select id from hours_rule where name = p_rule and valid_from <= day order by valid_from desc limit 1),
            p_reason, p_corrects, p_settles, p_now)
        returning id into written;
    insert into hours_countedinterval (member_key, record_id, bucket, subject, started_at, ended_at, seconds)
        select p_member, written, p_bucket, p_subject, lower(piece), upper(piece),
            extract(epoch from upper(piece) - lower(piece))::int
        from unnest(ledger_split(fresh)) piece;
    if p_standing = 'counted' and not upper_inf(k.held) then
        -- What a correction took from individual study stays held: no report that comes again earns it back.
        k.held := k.held - case p_bucket when 'individual' then '{}' else p_taken end + fresh;
        perform study_keep(k, p_now);
    end if;
    return written;
end $$;

-- A record and all rows that confirm, decline or correct it.
create function ledger_family(p_first bigint) returns bigint[] language sql stable as $$
    with recursive family (id) as (
        select p_first
        union
        select r.id from hours_studyrecord r join family f on r.corrects_id = f.id or r.settles_id = f.id)
    select array_agg(id) from family
$$;

-- What a family counts, in seconds, before and after these stretches (and this award) take the place of what it holds;
-- how much of them another record holds already, and how much would be taken over from a lower kind.
create function ledger_effect(p_first bigint, p_wanted tstzmultirange, p_award int,
    out seconds_before int, out seconds_after int, out elsewhere int, out taken_over int)
language plpgsql stable as $$
declare
    r hours_studyrecord;
    family bigint[] := ledger_family(p_first);
    held tstzmultirange;
    awarded int;
    would record;
begin
    select * into r from hours_studyrecord s where s.id = p_first;
    select coalesce(range_agg(tstzrange(i.started_at, i.ended_at)), '{}') into held
        from hours_countedinterval i where i.record_id = any(family);
    select coalesce(sum(s.award), 0) into awarded from hours_studyrecord s where s.id = any(family);
    select * into would from ledger_would(r.member_key, r.bucket, r.subject, p_wanted - held, '{}');
    seconds_before := study_seconds(held) + awarded;
    seconds_after := study_seconds(held * p_wanted) + study_seconds(would.counted) + coalesce(p_award, awarded);
    elsewhere := study_seconds(would.elsewhere);
    select coalesce(sum(study_seconds(would.counted * tstzrange(i.started_at, i.ended_at)::tstzmultirange)), 0)
        into taken_over from hours_countedinterval i
        where i.member_key = r.member_key and tstzrange(i.started_at, i.ended_at) && range_merge(would.counted);
end $$;

-- Let these stretches (and this award, when one is named) count of a record and its corrections, and nothing else.
create function ledger_correct(p_first bigint, p_key text, p_wanted tstzmultirange, p_award int, p_settles bigint,
    p_by bigint, p_reason text, p_evidence jsonb, p_now timestamptz)
returns bigint language plpgsql as $$
declare
    r hours_studyrecord;
    family bigint[];
    held tstzmultirange;
    awarded int;
    touched tstzmultirange;
    effect record;
begin
    select * into r from hours_studyrecord where id = p_first;
    perform study_lock(r.member_key);
    select * into effect from ledger_effect(p_first, p_wanted, p_award);
    family := ledger_family(p_first);
    select coalesce(range_agg(tstzrange(started_at, ended_at)), '{}') into held
        from hours_countedinterval where record_id = any(family);
    select coalesce(sum(award), 0) into awarded from hours_studyrecord where id = any(family);
    touched := (held - p_wanted) + (p_wanted - held);
    return ledger_add(r.member_key, r.bucket, 'correction', p_key, r.subject, r.edition,
        coalesce(lower(touched), r.started_at), coalesce(upper(touched), r.ended_at), p_wanted - held, held - p_wanted,
        coalesce(p_award, awarded) - awarded, 'counted', r.recorded_in_id, p_by, p_first, p_settles,
        'correction_second_person', p_reason,
        p_evidence || jsonb_build_object('from', effect.seconds_before, 'to', effect.seconds_after), p_now);
end $$;

-- Spans cut at New Year in Shanghai: a counted interval lies within one year.
create function ledger_split(p_spans tstzmultirange) returns tstzrange[] language sql immutable as $$
    select coalesce(array_agg(piece), '{}') from unnest(p_spans) s,
        generate_series(extract(year from lower(s) at time zone 'Asia/Shanghai')::int,
            extract(year from upper(s) at time zone 'Asia/Shanghai')::int) y,
        lateral (select s * tstzrange(make_timestamptz(y, 1, 1, 0, 0, 0, 'Asia/Shanghai'),
            make_timestamptz(y + 1, 1, 1, 0, 0, 0, 'Asia/Shanghai')) as piece) cut where not isempty(piece)
$$;

-- What the records say should be counted: each record's time without what later records took. Set-based.
create view ledger_rebuilt as
    select r.id as record_id, r.member_key, r.bucket, r.subject,
        r.counted - coalesce((select range_agg(s) from hours_studyrecord t, unnest(t.taken) s
            where t.member_key = r.member_key and t.id > r.id and t.source = 'correction'
                and t.taken && r.counted), '{}') as spans
    from hours_studyrecord r where not isempty(r.counted);

create trigger objections_are_only_added before update or delete or truncate on hours_objection
    for each statement execute function frozen_ledger();
create trigger answers_are_only_added before update or delete or truncate on hours_objectionanswer
    for each statement execute function frozen_ledger();
create function frozen_rules() returns trigger language plpgsql as $$
begin
    raise exception 'rules are only added, never changed: a new one holds from its day on' using errcode = 'check_violation';
end $$;

create trigger rules_are_only_added before update or delete or truncate on hours_rule
    for each statement execute function frozen_rules();
