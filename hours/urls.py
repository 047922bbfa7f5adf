from django.urls import path

from hours import views

app_name = "hours"

urlpatterns = [
    path("record/", views.my_record, name="record"),
    path("rules/", views.rules, name="rules"),
]
