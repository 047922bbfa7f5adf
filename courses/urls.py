from django.urls import path

from courses import views

app_name = "courses"

urlpatterns = [
    path("<slug:course>/<slug:module>/<slug:lesson>/", views.lesson_at, name="lesson"),
]
