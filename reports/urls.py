from django.urls import path

from reports import score_views, views

app_name = "reports"

urlpatterns = [
    path("overview/", views.entrance, name="entrance"),
    path("overview/<uuid:key>/", views.overview, name="overview"),
    path("overview/<uuid:key>/own/", views.direct, name="direct"),
    path("overview/<uuid:key>/quizzes/", score_views.scores, name="scores"),
    path("overview/<uuid:key>/quizzes/workbook/", score_views.take_scores, name="take_scores"),
    path("overview/<uuid:key>/quizzes/<uuid:quiz>/", score_views.scores_at, name="scores_at"),
    path("members/<uuid:key>/", views.member_detail, name="member"),
]
