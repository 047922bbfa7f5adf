from django.urls import path

from hours import correction_views, desk, rule_views, views

app_name = "hours"

urlpatterns = [
    path("record/", views.my_record, name="record"),
    path("record/statement/", views.my_statement, name="my_statement"),
    path("record/statement/<uuid:key>/", views.statement, name="statement"),
    path("record/<int:pk>/", views.one, name="one"),
    path("record/<int:pk>/objection/", views.objection, name="objection"),
    path("record/<int:pk>/correct/", correction_views.correct_record, name="correct"),
    path("awaiting/", desk.awaiting, name="awaiting"),
    path("awaiting/<int:pk>/", desk.awaiting_one, name="awaiting_one"),
    path("objections/", correction_views.objections, name="objections"),
    path("objections/<uuid:key>/", correction_views.answer_objection, name="answer_objection"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/proposals/", rule_views.proposals, name="rule_proposals"),
    path("rules/proposals/<uuid:key>/", rule_views.proposal, name="rule_proposal"),
    path("rules/propose/<slug:name>/", rule_views.propose, name="rule_propose"),
]
