from django.urls import path

from tests.bench.bare.urls import healthz
from tests.bench.bare.views import answer, beat

urlpatterns = [
    path("healthz", healthz),
    path("bench/beats", beat),
    path("bench/answers/<uuid:attempt>/<int:number>", answer),
]
