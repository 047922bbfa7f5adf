from django.urls import path, re_path

from courses import catalogue_views, reading_views, search_views, views

app_name = "courses"

urlpatterns = [
    path("courses/", catalogue_views.courses, name="catalogue"),
    path("new/", catalogue_views.new, name="new"),
    path("tags/<str:slug>/", catalogue_views.tag, name="tag"),
    path("lessons/<uuid:lesson>/related/", catalogue_views.belongs_with, name="related"),
    path("my-lessons/", reading_views.mine, name="mine"),
    path("lessons/<uuid:lesson>/notes/", reading_views.notes, name="notes"),
    path("lessons/<uuid:lesson>/bookmark/", reading_views.bookmark, name="bookmark"),
    path("lessons/<uuid:lesson>/changes/", reading_views.differences, name="differences"),
    path("lessons/<uuid:lesson>/error/", reading_views.report, name="report"),
    path("lessons/<uuid:lesson>/feedback/", reading_views.feedback, name="feedback"),
    path("search/", search_views.search, name="search"),
    # \w and not a slug of ASCII letters: the editor's pages make addresses from Chinese titles too.
    re_path(r"^(?P<course>[\w-]+)/(?P<module>[\w-]+)/(?P<lesson>[\w-]+)/$", views.lesson_at, name="lesson"),
]
