"""Every address of ours, and before them the least that a beat can cost."""

from django.urls import path

from config import urls as ours
from config.urls import handler400, handler403, handler404, handler500
from tests.bench.bare.views import beat

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("bench/beats", beat), *ours.urlpatterns]
