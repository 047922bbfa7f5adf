from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("overview/", views.entrance, name="entrance"),
    path("overview/<uuid:key>/", views.overview, name="overview"),
    path("overview/<uuid:key>/own/", views.direct, name="direct"),
    path("members/<uuid:key>/", views.member_detail, name="member"),
]
