drop trigger nothing_is_scheduled_without_a_second_look on wagtailcore_revision;
drop trigger nothing_goes_live_without_a_second_look on wagtailcore_page;
drop function courses_revision_is_kept();
drop function courses_page_goes_live();
drop function courses_is_approved(integer);
drop function courses_may_judge(bigint, integer);
drop function courses_writer(integer);
drop function courses_words(jsonb);
