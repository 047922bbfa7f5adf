-- A second pair of eyes, held by the database: what a person wrote goes live only when somebody else has approved
-- that very revision. What the system writes (content that is loaded, the demonstration) has no author.

-- The words of a revision: what readers will see. Left out is what says where the page stands, and the keys that
-- rows, blocks and paragraphs are given when a page is saved.
create or replace function courses_words(content jsonb) returns text language sql immutable as $$
    select regexp_replace(
        (
            content - array[
                'wagtail_admin_comments', 'latest_revision', 'latest_revision_created_at', 'live', 'live_revision',
                'has_unpublished_changes', 'first_published_at', 'last_published_at', 'go_live_at', 'expire_at',
                'expired', 'locked', 'locked_at', 'locked_by', 'owner', 'path', 'depth', 'numchild', 'url_path',
                'draft_title'
            ] || jsonb_build_object(
                'body', coalesce(content ->> 'body', 'null')::jsonb,
                'sources', coalesce(content ->> 'sources', 'null')::jsonb
            )
        )::text,
        '"pk": (null|[0-9]+)|"id": "[0-9a-f-]{36}"(, )?| data-block-key=\\*"[^"\\]*\\*"', '', 'g')
$$;

-- Who first wrote the words of a revision. Saving them again, with a comment perhaps, makes nobody their author.
create or replace function courses_writer(revision integer) returns bigint language sql stable as $$
    with this as (
        select base_content_type_id, object_id, created_at, id, courses_words(content) as words
        from wagtailcore_revision where id = revision
    ), upto as materialized (
        select r.id, r.created_at, r.user_id, courses_words(r.content) = this.words as same
        from this join wagtailcore_revision r on r.base_content_type_id = this.base_content_type_id
            and r.object_id = this.object_id and (r.created_at, r.id) <= (this.created_at, this.id)
    ), before as (
        select created_at, id from upto where not same order by created_at desc, id desc limit 1
    )
    select u.user_id from upto u
    where not exists (select from before b where (u.created_at, u.id) <= (b.created_at, b.id))
    order by u.created_at, u.id
    limit 1
$$;

-- Whether a member neither wrote, saved nor submitted what is under review.
create or replace function courses_may_judge(judge bigint, state integer) returns boolean language sql stable as $$
    select judge is not null and judge is distinct from r.user_id and judge is distinct from w.requested_by_id
        and judge is distinct from courses_writer(r.id)
    from wagtailcore_taskstate s
    join wagtailcore_revision r on r.id = s.revision_id
    join wagtailcore_workflowstate w on w.id = s.workflow_state_id
    where s.id = state
$$;

create or replace function courses_is_approved(revision integer) returns boolean language sql stable as $$
    select exists (
        select from wagtailcore_revision r where r.id = revision and r.user_id is null
    ) or exists (
        select from wagtailcore_taskstate s
        join courses_reviewtask t on t.task_ptr_id = s.task_id
        where s.revision_id = revision and s.status = 'approved' and courses_may_judge(s.finished_by_id, s.id)
    )
$$;

create or replace function courses_page_goes_live() returns trigger language plpgsql as $$
begin
    if not new.live or (tg_op = 'UPDATE' and old.live and new.live_revision_id is not distinct from old.live_revision_id) then
        return new;
    end if;
    if new.live_revision_id is null then
        if new.owner_id is not null and (tg_op = 'INSERT' or not old.live) then
            raise check_violation using constraint = 'nothing_goes_live_without_a_second_look',
                message = 'A page that a person made begins as a draft.';
        end if;
    elsif not courses_is_approved(new.live_revision_id) then
        raise check_violation using constraint = 'nothing_goes_live_without_a_second_look',
            message = format('Revision %s has not been approved by somebody else.', new.live_revision_id);
    end if;
    return new;
end $$;

create trigger nothing_goes_live_without_a_second_look
    before insert or update of live, live_revision_id on wagtailcore_page
    for each row execute function courses_page_goes_live();

create or replace function courses_revision_is_kept() returns trigger language plpgsql as $$
begin
    if new.approved_go_live_at is not null
        and (tg_op = 'INSERT' or old.approved_go_live_at is null)
        and exists (
            select from django_content_type c
            where c.id = new.base_content_type_id and c.app_label = 'wagtailcore' and c.model = 'page'
        ) and not courses_is_approved(new.id) then
        raise check_violation using constraint = 'nothing_is_scheduled_without_a_second_look',
            message = format('Revision %s has not been approved by somebody else.', new.id);
    end if;
    if tg_op = 'UPDATE' and new.content is distinct from old.content and exists (
        select from wagtailcore_taskstate s where s.revision_id = new.id and s.status = 'approved'
    ) then
        raise check_violation using constraint = 'what_was_approved_stays_as_it_was',
            message = format('Revision %s has been approved.', new.id);
    end if;
    return new;
end $$;

-- After the insert, because a revision is asked for by its key.
create trigger nothing_is_scheduled_without_a_second_look
    after insert or update of approved_go_live_at, content on wagtailcore_revision
    for each row execute function courses_revision_is_kept();
