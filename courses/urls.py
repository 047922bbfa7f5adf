from django.urls import re_path

from courses import views

app_name = "courses"

urlpatterns = [
    # \w and not a slug of ASCII letters: the editor's pages make addresses from Chinese titles too.
    re_path(r"^(?P<course>[\w-]+)/(?P<module>[\w-]+)/(?P<lesson>[\w-]+)/$", views.lesson_at, name="lesson"),
]
