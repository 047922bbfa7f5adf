"""What the editors' desk asks the database: one statement for each list, with the number of all its rows."""

from __future__ import annotations

from typing import Any

from django.db import connection

_PAGE = """
    join django_content_type c on c.id = r.base_content_type_id
        and c.app_label = 'wagtailcore' and c.model = 'page'
    join wagtailcore_page p on p.id = r.object_id::int
    join wagtailcore_locale l on l.id = p.locale_id
"""

_REVIEWS = """
    select r.object_str as title, l.language_code as language, p.id as page, p.live_revision_id as live,
        r.id as revision, s.started_at as since, m.name, m.name_latin
    from wagtailcore_taskstate s
    join courses_reviewtask t on t.task_ptr_id = s.task_id
    join wagtailcore_revision r on r.id = s.revision_id {page}
    left join people_member m on m.id = r.user_id
    where s.status = 'in_progress' and courses_may_judge(%(viewer)s, s.id)
    order by s.started_at, s.id
"""

REVIEWS = _REVIEWS.format(page=_PAGE)
"""What waits for a decision that `viewer`, who reviews, may take."""

_MINE = """
    select r.object_str as title, l.language_code as language, p.id as page, s.comment,
        coalesce(s.finished_at, s.started_at) as since
    from wagtailcore_workflowstate w
    join wagtailcore_taskstate s on s.id = w.current_task_state_id
    join wagtailcore_revision r on r.id = s.revision_id {page}
    where w.status = '{status}' and %(viewer)s in (w.requested_by_id, r.user_id, p.owner_id)
    order by since, w.id
"""

RETURNED = _MINE.format(page=_PAGE, status="needs_changes")
"""What `viewer` wrote, submitted or began, and a reviewer sent back."""

UNDER_WAY = _MINE.format(page=_PAGE, status="in_progress")
"""What of theirs is under review."""

_SCHEDULED = """
    select r.object_str as title, l.language_code as language, p.id as page, r.approved_go_live_at as at,
        true as begins
    from wagtailcore_revision r {page}
    where r.approved_go_live_at is not null
    union all
    select p.title, l.language_code, p.id, p.expire_at, false
    from wagtailcore_page p join wagtailcore_locale l on l.id = p.locale_id
    where p.live and p.expire_at is not null
    order by at, page
"""

SCHEDULED = _SCHEDULED.format(page=_PAGE)
"""What goes live by itself, and what ends by itself."""

_TO_BE_REVIEWED = """
    select p.title, l.language_code as language, p.id as page, x.review_by as day
    from courses_lessonpage x
    join wagtailcore_page p on p.id = x.page_ptr_id
    join wagtailcore_locale l on l.id = p.locale_id
    where p.live and x.review_by {when}
    order by x.review_by, p.path
"""

OVERDUE = _TO_BE_REVIEWED.format(when="< %(today)s")
DUE = _TO_BE_REVIEWED.format(when="between %(today)s and %(today)s + 30")
"""Published lessons whose day has passed, and those whose day comes within thirty days."""


_ROWS = "select t.*, count(*) over () as all_ from ({sql}) t offset %(start)s limit %(limit)s"


def rows_of(sql: str, start: int, limit: int, **values: Any) -> tuple[int, list[dict[str, Any]]]:
    """Return how many rows there are in all, and those from `start` on."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(sql=sql), {**values, "start": start, "limit": limit})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return (rows[0]["all_"] if rows else 0), rows
