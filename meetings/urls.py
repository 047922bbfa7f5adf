from django.urls import path

from meetings import views

app_name = "meetings"

urlpatterns = [
    path("meetings/", views.entrance, name="entrance"),
    path("meetings/of/<uuid:key>/", views.of, name="of"),
    path("meetings/of/<uuid:key>/new/", views.new, name="new"),
    path("meetings/<uuid:key>/", views.roll, name="roll"),
    path("meetings/<uuid:key>/marks/", views.marks, name="marks"),
    path("meetings/<uuid:key>/change/", views.change, name="change"),
    path("meetings/<uuid:key>/close/", views.close, name="close"),
    path("meetings/<uuid:key>/correct/", views.correct, name="correct"),
    path("meetings/<uuid:key>/list.pdf", views.printed, name="printed"),
]
