from django.urls import path

from quizzes import views

app_name = "quizzes"

urlpatterns = [
    path("quiz/<uuid:key>/", views.start, name="start"),
    path("attempt/<uuid:pk>/", views.result, name="result"),
    path("attempt/<uuid:pk>/<int:number>/", views.question, name="question"),
    path("attempt/<uuid:pk>/check/", views.overview, name="overview"),
    path("attempt/<uuid:pk>/hand-in/", views.hand_in, name="hand_in"),
]
