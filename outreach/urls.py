from django.urls import path

from outreach import (
    mobile_views,
    pack_views,
    packet_views,
    pairing_views,
    reached_views,
    sheet_views,
    visit_views,
)

app_name = "outreach"

CALL = {"way": "telephone"}
NOBODY_HOME = {"outcome": "nobody_home"}

visit_patterns = [
    path("visits/", visit_views.visits, name="visits"),
    path("visits/record/", visit_views.record, name="record_visit"),
    path("visits/call/", visit_views.record, CALL, name="record_call"),
    path("visits/nobody-home/", visit_views.record, NOBODY_HOME, name="record_nobody_home"),
    path("visits/plan/<uuid:key>/", visit_views.plan, name="plan_visit"),
    path("visits/plans/<uuid:key>/cancel/", visit_views.cancel, name="cancel_plan"),
    path("visits/questions/<uuid:key>/", visit_views.question, name="question"),
    path("visits/branch/<uuid:key>/", pairing_views.branch_visits, name="branch_visits"),
    path("visits/branch/<uuid:key>/pairing/", pairing_views.pairing, name="pairing"),
    path("visits/<uuid:key>/", visit_views.visit, name="visit"),
]

mobile_patterns = [
    path("mobile/", mobile_views.mobile, name="mobile"),
    path("mobile/<uuid:key>/", sheet_views.away, name="away"),
    path("mobile/sheets/<uuid:key>/", sheet_views.sheet, name="sheet"),
    path("mobile/sheets/<uuid:key>/print/", sheet_views.sheet_print, name="sheet_print"),
    path("sheets/<str:code>/", sheet_views.sheet_check, name="sheet_check"),
    path("reached/", reached_views.entrance, name="reached_entrance"),
    path("reached/<uuid:key>/", reached_views.reached, name="reached"),
]

pack_patterns = [
    path("packs/", pack_views.packets, name="packs"),
    path("packs/new/", pack_views.new, name="pack_new"),
    path("packs/find/", packet_views.find_packet, name="pack_find"),
    path("packs/runs/<uuid:key>/", pack_views.run, name="pack_run"),
    path("packs/runs/<uuid:key>/act/", pack_views.run_act, name="pack_run_act"),
    path("packs/runs/<uuid:key>/volumes/<int:number>/", pack_views.volume, name="pack_volume"),
    path("packs/runs/<uuid:key>/deliveries/", pack_views.deliveries, name="pack_deliveries"),
    path("packs/<uuid:key>/", packet_views.packet, name="packet"),
    path("packs/<uuid:key>/step/", packet_views.step, name="packet_step"),
    path("packs/<uuid:key>/slip/", packet_views.record, name="slip"),
    path("packs/<uuid:key>/file/", pack_views.packet_file, name="packet_file"),
]

urlpatterns = [*pack_patterns, *visit_patterns, *mobile_patterns]
