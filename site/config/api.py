"""The programming interface: one router a room, at /api/v1/."""

from ninja import NinjaAPI

from courses.api import router as courses
from courses.search_api import router as search
from hours.api import router as study
from programmes.api import router as progress
from quizzes.api import router as quizzes

api = NinjaAPI(
    title="Xuecheng",
    version="1",
    description="Study on a page reports here. The server decides what counts.",
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/study", study)
api.add_router("/study", progress)
api.add_router("", quizzes)
api.add_router("", courses)
api.add_router("/search", search)
