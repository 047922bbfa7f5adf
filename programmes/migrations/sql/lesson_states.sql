-- How far a member is with lessons, for the short way to them: what `programmes.progress.lesson_states` says, in the
-- prepared statement of `courses.lane`. A letter for each of `lessons`: d done, r reached, b begun, n nothing yet; and
-- the seconds of the lesson at `here`. `checks[i]` is a quiz that belongs to being done with `lessons[checked[i]]`.
create function programmes_lesson_states(
    reader bigint, reader_key uuid, lessons uuid[], checked int[], checks uuid[], here int,
    year_begin timestamptz, year_end timestamptz, out states text, out seconds int
) language plpgsql stable as $$
declare
    reached uuid[] := array(
        select r.lesson from programmes_lessonreached r where r.member_id = reader and r.lesson = any(lessons)
    );
    vouched uuid[] := array(
        select named.lesson::uuid from hours_studyrecord r
        cross join jsonb_array_elements_text(r.evidence -> 'lessons') named(lesson)
        where r.member_key = reader_key and r.evidence ? 'lessons' and r.standing = 'counted'
            and r.source in ('paper', 'visit', 'meeting')
            and not exists (
                select from hours_studyrecord emptied where emptied.corrects_id = r.id
                    and emptied.standing = 'counted' and emptied.evidence -> 'to' = '0'
            ));
    asked uuid[] := array(  -- of the others it is known that they were begun
        select l.key from unnest(lessons) l(key) where l.key <> all (reached) and l.key <> all (vouched)
    ) || lessons[here];
    begun uuid[];
    waiting int[];
begin
    select array_agg(s.subject) filter (where s.seconds > 0), coalesce(max(s.seconds) filter (where s.subject = lessons[here]), 0)
        into begun, seconds from (
            select t.subject, sum(t.seconds)::int seconds from (
                select i.subject, i.seconds from hours_countedinterval i
                where i.member_key = reader_key and i.started_at >= year_begin and i.started_at < year_end
                    and i.subject = any (asked)
                union all
                select r.subject, r.award from hours_studyrecord r
                where r.award <> 0 and r.member_key = reader_key
                    and r.started_at >= year_begin and r.started_at < year_end and r.subject = any (asked)
                union all
                select k.subject, study_seconds(k.pieces * tstzrange(year_begin, year_end)::tstzmultirange)
                from hours_studyclock k where k.member_key = reader_key and k.subject = any (asked)
            ) t group by t.subject
        ) s;
    if cardinality(checks) > 0 then
        waiting := array(
            select c.lesson from unnest(checked, checks) c(lesson, quiz)
            where not exists (
                select from quizzes_quiz q join quizzes_attempt a on a.quiz_id = q.id
                where q.key = c.quiz and a.member_id = reader and a.handed_in_at is not null
            )
        );
    end if;
    states := '';
    for n in 1 .. cardinality(lessons) loop
        states := states || case
            when lessons[n] = any(vouched) then 'd'
            when lessons[n] = any(reached) then case when n = any(waiting) then 'r' else 'd' end
            when lessons[n] = any(begun) then 'b'
            else 'n' end;
    end loop;
end $$;
