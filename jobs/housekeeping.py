"""Jobs of the framework itself: scheduled publishing, old sessions, finished tasks."""

from datetime import datetime

from django.core.management import call_command

from jobs.schedule import every_minute, nightly


@every_minute("publish scheduled pages")
def publish_scheduled(at: datetime) -> None:
    call_command("publish_scheduled", verbosity=0)


@nightly("remove expired sessions")
def remove_expired_sessions(at: datetime) -> None:
    call_command("clearsessions", verbosity=0)


@nightly("remove finished tasks")
def remove_finished_tasks(at: datetime) -> None:
    call_command("prune_db_task_results", verbosity=0)
