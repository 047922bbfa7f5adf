from django.urls import path

from quizzes import time_views, views

app_name = "quizzes"

urlpatterns = [
    path("quiz/", views.mine, name="mine"),
    path("quiz/<uuid:key>/", views.start, name="start"),
    path("quiz/<uuid:key>/look-back/", views.look_back, name="look_back"),
    path("attempt/<uuid:pk>/", views.result, name="result"),
    path("attempt/<uuid:pk>/<int:number>/", views.question, name="question"),
    path("attempt/<uuid:pk>/check/", views.overview, name="overview"),
    path("attempt/<uuid:pk>/hand-in/", views.hand_in, name="hand_in"),
    path("members/<uuid:key>/quiz-time/", time_views.more_time, name="more_time"),
]
