"""
Who may open which address: every route, every role. Asked by `test_routes.py`.

A new route: add a row (several, when it is asked with several keys). `to` names the roles it is shown to; for
all others it must not be there. Addresses of Wagtail's administration are told by how they begin.
"""

from __future__ import annotations

from tests.architecture.routes import (
    ANONYMOUS,
    ELSEWHERE,
    HIDDEN,
    OFFICES,
    ROLES,
    SIGN_IN,
    SIGNED_IN,
    Row,
)

EVERYBODY = frozenset(ROLES)
NOBODY: frozenset[str] = frozenset()
OWNER = frozenset({"member"})

BRANCH_LEADERS = frozenset({"secretary", "deputy"})
LEADERS = BRANCH_LEADERS | {"general branch leader", "county leader"}
COMMITTEE = LEADERS | {"committee member"}
CALLERS = COMMITTEE | {"group leader"}
HIGHER = frozenset({"general branch leader", "county leader", "county leader elsewhere"})
ABOVE = frozenset({"general branch leader", "county leader"})
GIVERS = HIGHER | {"security", "security elsewhere"}
LEADERS_ELSEWHERE = frozenset({"secretary elsewhere", "county leader elsewhere"})
VISITING = LEADERS | LEADERS_ELSEWHERE | {"visitor", "visitor elsewhere"}
WRITERS = frozenset({"editor", "reviewer"})
AUDITORS = frozenset({"audit", "audit elsewhere"})
ADMINISTRATION = WRITERS | GIVERS | AUDITORS | {"system"}
RULERS = frozenset({"county leader", "county leader elsewhere", "system"})
PACKERS = LEADERS | LEADERS_ELSEWHERE | {"visitor", "visitor elsewhere"}
HOLDERS = frozenset({*OFFICES, *ELSEWHERE}) - {"member elsewhere"}

FORGED = {"token": "forged", "now": 0, "signs": [], "given": []}
"""The interface asks for no session: the page's signed token says who. Without one everybody is refused."""

SITE = [
    # Public
    Row("healthz", EVERYBODY),
    Row("api/v1/study/beats", EVERYBODY, method="POST", body=FORGED),
    Row("api/v1/study/reached", EVERYBODY, method="POST", body=FORGED),
    Row(
        "api/v1/attempts/<attempt_id>/answers/<number>",
        EVERYBODY,
        {"attempt_id": "open attempt", "number": "1"},
        method="PUT",
        body=FORGED,
    ),
    Row("api/v1/attempts/answers", EVERYBODY, method="POST", body=FORGED),
    Row(
        "api/v1/attempts/<attempt_id>/checks/<number>",
        EVERYBODY,
        {"attempt_id": "open attempt", "number": "1"},
        method="POST",
        body=FORGED,
    ),
    Row(
        "api/v1/attempts/<attempt_id>/hand-in",
        EVERYBODY,
        {"attempt_id": "open attempt"},
        method="POST",
        body=FORGED,
    ),
    Row("sign-in/", EVERYBODY),
    Row("look/", EVERYBODY),
    Row("look/", EVERYBODY, method="POST"),
    Row("sign-out/", EVERYBODY, method="POST"),
    Row("forgotten/", EVERYBODY),
    Row("card/", EVERYBODY),
    Row("card/pin/", EVERYBODY),
    Row("card/first/", EVERYBODY),
    Row("code/", EVERYBODY),
    Row("api/v1/", NOBODY, stranger=HIDDEN),
    Row("api/v1/openapi.json", EVERYBODY),
    Row(r"^media/(?P<path>images/.*|original_images/.*)$", EVERYBODY, at="{image}"),
    Row(r"^media/(?P<path>images/.*|original_images/.*)$", WRITERS, at="{original_image}", stranger=HIDDEN),
    Row("static", EVERYBODY, at="/static/css/site.css"),
    Row(r"^((?:[\w\-]+/)*)$", EVERYBODY, at="/"),
    # Any member
    Row(r"^documents/(\d+)/(.*)$", SIGNED_IN, at="{document}"),
    Row(r"^documents/(\d+)/(.*)$", WRITERS, at="{document_of_nobody}"),
    Row("api/v1/courses", SIGNED_IN),
    Row("api/v1/courses/<uuidstr:key>", SIGNED_IN, {"key": "course"}),
    Row("api/v1/courses/<uuidstr:key>/bundle", SIGNED_IN, {"key": "course"}),
    Row("api/v1/lessons/<uuidstr:key>", SIGNED_IN, {"key": "lesson"}),
    Row("api/v1/search", SIGNED_IN, at="/api/v1/search?q=x"),
    Row("api/v1/search/suggestions", SIGNED_IN, at="/api/v1/search/suggestions?q=x"),
    Row("search/", SIGNED_IN),
    Row("courses/", SIGNED_IN),
    Row("new/", SIGNED_IN),
    Row("tags/<str:slug>/", SIGNED_IN, {"slug": "tag"}),
    Row("lessons/<uuid:lesson>/related/", SIGNED_IN, {"lesson": "lesson"}),
    Row("rules/", SIGNED_IN),
    Row("awaiting/", LEADERS | LEADERS_ELSEWHERE),
    Row("awaiting/<int:pk>/", LEADERS, {"pk": "awaiting record"}),
    Row("record/<int:pk>/correct/", LEADERS, {"pk": "study record"}),
    Row("objections/", LEADERS | LEADERS_ELSEWHERE),
    Row("objections/<uuid:key>/", LEADERS, {"key": "objection"}),
    Row("rules/proposals/", RULERS | {"security", "security elsewhere"}),
    Row("rules/proposals/<uuid:key>/", RULERS | {"security", "security elsewhere"}, {"key": "proposed rule"}),
    Row("rules/propose/<slug:name>/", RULERS, {"name": "rule"}),
    Row("quiz/", SIGNED_IN),
    Row("quiz/<uuid:key>/", SIGNED_IN, {"key": "quiz"}),
    Row("quiz/<uuid:key>/look-back/", SIGNED_IN, {"key": "quiz"}, method="POST"),
    # Study packs
    Row("packs/", PACKERS),
    Row("packs/new/", PACKERS),
    Row("packs/find/", PACKERS),
    Row("packs/runs/<uuid:key>/", LEADERS, {"key": "packs asked for"}),
    Row("packs/runs/<uuid:key>/act/", LEADERS, {"key": "packs asked for"}, method="POST"),
    Row("packs/runs/<uuid:key>/volumes/<int:number>/", LEADERS, {"key": "packs asked for", "number": "1"}),
    Row("packs/runs/<uuid:key>/deliveries/", LEADERS, {"key": "packs asked for"}),
    Row("packs/<uuid:key>/", LEADERS | {"visitor"}, {"key": "pack"}),
    Row("packs/<uuid:key>/step/", LEADERS | {"visitor"}, {"key": "pack"}, method="POST"),
    Row("packs/<uuid:key>/slip/", LEADERS | {"visitor"}, {"key": "pack"}),
    Row("packs/<uuid:key>/file/", LEADERS | {"visitor"}, {"key": "pack"}),
    # One's own
    Row("record/", SIGNED_IN),
    Row("record/statement/", SIGNED_IN),
    Row("record/statement/<uuid:key>/", COMMITTEE | {"member"}, {"key": "the member"}),
    Row("record/<int:pk>/", COMMITTEE | {"member"}, {"pk": "study record"}),
    Row("record/<int:pk>/objection/", OWNER, {"pk": "study record"}),
    Row("password/", SIGNED_IN),
    Row("account/", SIGNED_IN),
    Row("attempt/<uuid:pk>/<int:number>/", OWNER, {"pk": "open attempt", "number": "1"}),
    Row("attempt/<uuid:pk>/check/", OWNER, {"pk": "open attempt"}),
    Row("attempt/<uuid:pk>/hand-in/", OWNER, {"pk": "open attempt"}, method="POST"),
    Row("attempt/<uuid:pk>/", OWNER | LEADERS, {"pk": "attempt"}),
    Row("account/second-step/", SIGNED_IN),
    Row("account/second-step/codes/", SIGNED_IN),
    Row("account/second-step/off/", SIGNED_IN),
    Row("account/sessions/", SIGNED_IN),
    Row("account/sessions/<int:pk>/end/", SIGNED_IN, {"pk": "no key"}, method="POST"),
    Row("account/sessions/end/", NOBODY, method="POST", others=SIGN_IN),
    Row("sign-in/code/", NOBODY, others=SIGN_IN),
    Row("my-card/", SIGNED_IN),
    Row("code/password/", EVERYBODY),
    Row("lessons/<uuid:edition>/reached/", SIGNED_IN, {"edition": "edition"}, method="POST"),
    Row("my-lessons/", SIGNED_IN),
    *(
        Row(f"lessons/<uuid:lesson>/{page}/", SIGNED_IN, {"lesson": "lesson"})
        for page in ("notes", "changes", "error", "feedback")
    ),
    Row("lessons/<uuid:lesson>/bookmark/", SIGNED_IN, {"lesson": "lesson"}, method="POST"),
    Row(
        r"^(?P<course>[\w-]+)/(?P<module>[\w-]+)/(?P<lesson>[\w-]+)/$", SIGNED_IN, at="/mass-line/one/first/"
    ),
    Row(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        NOBODY,
        {"page_view_restriction_id": "no key", "page_id": "no key"},
        stranger=HIDDEN,
    ),
    # The people below an office
    Row("overview/", HOLDERS - WRITERS - AUDITORS - {"system", "security", "security elsewhere"}),
    Row("overview/<uuid:key>/", COMMITTEE | {"observer"}, {"key": "branch"}),
    Row("overview/<uuid:key>/", COMMITTEE | {"observer", "group leader"}, {"key": "group"}),
    Row(
        "overview/<uuid:key>/",
        {"general branch leader", "county leader", "observer"},
        {"key": "general branch"},
    ),
    Row("overview/<uuid:key>/", {"county leader", "observer"}, {"key": "county"}),
    Row("overview/<uuid:key>/quizzes/", COMMITTEE, {"key": "branch"}),
    Row("overview/<uuid:key>/quizzes/", LEADERS, {"key": "group"}),
    Row("overview/<uuid:key>/quizzes/workbook/", COMMITTEE, {"key": "branch"}, method="POST"),
    Row(
        "overview/<uuid:key>/quizzes/<uuid:quiz>/", NOBODY, {"key": "branch", "quiz": "quiz"}
    ),  # in no module
    Row("overview/<uuid:key>/own/", {"county leader", "observer"}, {"key": "county"}),
    Row("members/<uuid:key>/", COMMITTEE | {"group leader", "visitor", "member"}, {"key": "the member"}),
    Row("members/<uuid:key>/code/", LEADERS | {"security"}, {"key": "the member"}),
    # Meetings
    Row("meetings/", CALLERS | LEADERS_ELSEWHERE),
    Row("meetings/of/<uuid:key>/", COMMITTEE, {"key": "branch"}),
    Row("meetings/of/<uuid:key>/", COMMITTEE | {"group leader"}, {"key": "group"}),
    Row("meetings/of/<uuid:key>/", {"county leader"}, {"key": "county"}),
    Row("meetings/of/<uuid:key>/new/", COMMITTEE, {"key": "branch"}),
    Row("meetings/<uuid:key>/", COMMITTEE, {"key": "open meeting"}),
    Row("meetings/<uuid:key>/", COMMITTEE | {"group leader"}, {"key": "group meeting"}),
    Row("meetings/<uuid:key>/marks/", COMMITTEE, {"key": "open meeting"}, method="POST"),
    Row("meetings/<uuid:key>/change/", COMMITTEE, {"key": "open meeting"}),
    Row("meetings/<uuid:key>/close/", COMMITTEE, {"key": "open meeting"}),
    Row("meetings/<uuid:key>/correct/", LEADERS, {"key": "closed meeting"}),
    Row("meetings/<uuid:key>/list.pdf", COMMITTEE, {"key": "open meeting"}),
    # Visits
    Row("visits/", {"visitor", "visitor elsewhere"}),
    *(Row(f"visits/{form}/", VISITING) for form in ("record", "call", "nobody-home")),
    Row("visits/plan/<uuid:key>/", LEADERS | {"visitor"}, {"key": "the member"}),
    Row("visits/plans/<uuid:key>/cancel/", LEADERS | {"visitor"}, {"key": "planned visit"}, method="POST"),
    Row("visits/questions/<uuid:key>/", LEADERS | {"visitor"}, {"key": "asked question"}),
    Row("visits/branch/<uuid:key>/", LEADERS, {"key": "branch"}),
    Row("visits/branch/<uuid:key>/pairing/", LEADERS, {"key": "branch"}),
    Row("visits/<uuid:key>/", LEADERS | {"visitor", "member"}, {"key": "visit"}),
    # Mobile members, their activity records, and who was reached
    Row("mobile/", LEADERS | LEADERS_ELSEWHERE),
    *(
        Row(f"mobile/{page}", LEADERS | {"colleague"}, {"key": key})
        for page, key in (
            ("<uuid:key>/", "registration"),
            ("sheets/<uuid:key>/", "activity record"),
            ("sheets/<uuid:key>/print/", "activity record"),
        )
    ),
    Row("sheets/<str:code>/", EVERYBODY, {"code": "code on the sheet"}),
    Row("reached/", COMMITTEE | LEADERS_ELSEWHERE | {"observer"}),
    Row("reached/<uuid:key>/", COMMITTEE | {"observer"}, {"key": "branch"}),
    Row("reached/<uuid:key>/", {"county leader", "observer"}, {"key": "county"}),
    # A member's rights
    *(
        Row(f"my-data/{page}", SIGNED_IN)
        for page in ("", "print/", "download.json", "correction/", "telephone/", "erasure/")
    ),
    Row("my-data/telephone/withdraw/", SIGNED_IN, method="POST"),
    Row("my-data/erasure/take-back/", SIGNED_IN, method="POST"),
    Row("privacy/", EVERYBODY),
    Row("privacy/read/", SIGNED_IN, method="POST"),
    Row("requests/", BRANCH_LEADERS | HIGHER | {"secretary elsewhere", "security", "security elsewhere"}),
    Row("requests/<uuid:key>/", BRANCH_LEADERS, {"key": "correction"}),
    Row("requests/erasures/<uuid:key>/", {"security"}, {"key": "erasure"}),
    Row("requests/erase/", {"security", "security elsewhere"}, method="POST"),
    # A branch, who belongs to it, who goes and who comes
    Row("branch/", COMMITTEE | LEADERS_ELSEWHERE),
    Row("branch/<uuid:key>/", COMMITTEE, {"key": "branch"}),
    Row("branch/<uuid:key>/receive/", LEADERS, {"key": "branch"}),
    Row("branch/<uuid:key>/cards/", LEADERS, {"key": "branch"}),
    Row("members/<uuid:key>/card/", LEADERS, {"key": "the member"}),
    Row("members/<uuid:key>/quiz-time/", LEADERS, {"key": "the member"}),
    Row("cards/print/", LEADERS | LEADERS_ELSEWHERE),
    Row("cards/print/<slug:kind>/", LEADERS | LEADERS_ELSEWHERE, at="/cards/print/small/"),
    Row("members/<uuid:key>/arrangements/", COMMITTEE, {"key": "the member"}),
    Row("transfers/<uuid:key>/", LEADERS, {"key": "transfer"}),
    Row("registrations/<uuid:key>/", LEADERS, {"key": "registration"}, method="POST"),
    Row("contacts/", {"colleague"}),
    Row("my-branch/", SIGNED_IN),
    # Offices
    Row("offices/", HOLDERS),
    Row("offices/<uuid:key>/name/", BRANCH_LEADERS, {"key": "branch"}),
    Row("offices/<uuid:key>/name/", {"general branch leader"}, {"key": "general branch"}),
    Row("offices/<uuid:key>/end/<int:pk>/", BRANCH_LEADERS, {"key": "branch", "pk": "visitor's office"}),
    Row("offices/<int:pk>/delegate/", {"secretary"}, {"pk": "secretary's office"}),
    Row("offices/<int:pk>/take-back/", {"secretary"}, {"pk": "lent office"}),
]

ADMIN_OF_OURS = [
    Row("admin/courses/import/", WRITERS),
    Row("admin/courses/import/<uuid:key>/", NOBODY, {"key": "job"}),
    Row("admin/import/", WRITERS),
    Row("admin/import/guide/", WRITERS),
    Row("admin/import/guide/sample/", WRITERS),
    Row("admin/import/<uuid:key>/", {"editor"}, {"key": "brought document"}),
    Row("admin/import/progress/<uuid:key>/", {"editor"}, {"key": "brought job"}),
    Row(
        "admin/import/<uuid:key>/<slug:name>/",
        {"editor"},
        {"key": "brought document", "name": "stop"},
        method="POST",
    ),
    Row(
        "admin/import/<uuid:key>/picture/<int:number>/",
        NOBODY,
        {"key": "brought document", "number": "1"},
    ),
    Row("admin/quizzes/import/", WRITERS),
    Row("admin/quizzes/import/template/", WRITERS),
    Row("admin/quizzes/import/progress/<uuid:key>/", {"editor"}, {"key": "brought job"}),
    Row("admin/quizzes/import/<uuid:key>/", {"editor"}, {"key": "file of questions"}),
    Row(
        "admin/quizzes/import/<uuid:key>/<slug:name>/",
        {"editor"},
        {"key": "file of questions", "name": "stop"},
        method="POST",
    ),
    Row("admin/quizzes/export/", WRITERS),
    Row("admin/courses/<int:page>/export/", WRITERS, {"page": "course page"}),
    Row("admin/people/offices/", GIVERS),
    Row("admin/people/offices/at/<uuid:key>/", ABOVE, {"key": "branch"}),
    Row("admin/people/offices/at/<uuid:key>/", {"county leader", "security"}, {"key": "county"}),
    Row(
        "admin/people/offices/at/<uuid:key>/appoint/",
        {"general branch leader", "county leader"},
        {"key": "branch"},
    ),
    Row("admin/people/offices/at/<uuid:key>/hand-over/", {"security"}, {"key": "county"}),
    Row(
        "admin/people/offices/at/<uuid:key>/end/<int:pk>/",
        {"general branch leader", "county leader"},
        {"key": "branch", "pk": "visitor's office"},
    ),
    Row("admin/people/offices/<int:pk>/delegate/", {"county leader"}, {"pk": "county leader's office"}),
    Row("admin/people/offices/<int:pk>/take-back/", NOBODY, {"pk": "lent office"}),
    Row("admin/people/members/", GIVERS),
    Row("admin/people/members/<uuid:key>/", ABOVE | {"security"}, {"key": "the member"}),
    Row("admin/people/members/<uuid:key>/second-step/", {"security"}, {"key": "the member"}),
    Row("admin/people/members/act/<slug:name>/", GIVERS, {"name": "act"}, method="POST"),
    Row("admin/people/tree/", GIVERS),
    Row("admin/people/tree/<uuid:key>/", ABOVE | {"security"}, {"key": "branch"}),
    Row("admin/people/tree/<uuid:key>/past/", ABOVE | {"security"}, {"key": "branch"}),
    Row("admin/people/tree/<uuid:key>/<slug:change>/", ABOVE, {"key": "branch", "change": "change"}),
    Row("admin/people/workbooks/", HIGHER),
    Row("admin/people/workbooks/template/", HIGHER),
    Row("admin/people/workbooks/export/", HIGHER, method="POST"),
    Row("admin/people/workbooks/<uuid:key>/", {"county leader"}, {"key": "workbook"}),
    Row(
        "admin/people/workbooks/<uuid:key>/<slug:name>/",
        {"county leader"},
        {"key": "workbook", "name": "again"},
        method="POST",
    ),
    Row("admin/people/workbooks/progress/<uuid:key>/", {"county leader"}, {"key": "job"}),
    Row("admin/people/workbooks/export/<uuid:key>/", {"county leader"}, {"key": "export"}),
    Row("admin/people/workbooks/export/<uuid:key>/file/", {"county leader"}, {"key": "export"}),
    Row(
        "admin/people/workbooks/export/<uuid:key>/stop/", {"county leader"}, {"key": "export"}, method="POST"
    ),
    Row("admin/quizzes/questions/<int:pk>/", WRITERS, {"pk": "question"}),
    Row(
        "admin/quizzes/questions/<int:pk>/<slug:act>/",
        WRITERS,
        {"pk": "question", "act": "step"},
        method="POST",
    ),
    Row("admin/questions/statistics/", WRITERS),
    Row("admin/questions/statistics/count/", WRITERS, method="POST"),
    Row("admin/questions/statistics/workbook/", WRITERS),
    Row("admin/questions/statistics/<int:pk>/", WRITERS, {"pk": "question"}),
    Row("admin/marking/", WRITERS),
    Row("admin/marking/<int:pk>/", WRITERS, {"pk": "question"}),
    Row("admin/marking/<int:pk>/key/", WRITERS, {"pk": "question"}),
    Row("admin/marking/<int:pk>/marked/", WRITERS, {"pk": "question"}),
    Row("admin/marking/<int:pk>/answers/<slug:key>/", WRITERS, {"pk": "question", "key": "no key"}),
    Row("admin/desk/", WRITERS),
    Row("admin/desk/<slug:name>/", WRITERS, at="/admin/desk/overdue/"),
    Row("admin/desk/errors/<uuid:key>/", WRITERS, {"key": "error report"}),
    Row("admin/desk/link/", NOBODY, method="POST"),  # no lesson leads there
    Row("admin/audit/", AUDITORS),
    Row("admin/audit/export/", AUDITORS, method="POST"),
]

WAGTAIL: dict[str, frozenset[str]] = {
    "admin/sprite/": EVERYBODY,
    "admin/jsi18n/": EVERYBODY,
    "admin/account/": ADMINISTRATION,
    "admin/logout/": ADMINISTRATION,
    "admin/dismissibles/": ADMINISTRATION,
    "admin/pages/": WRITERS,
    "admin/api/main/": WRITERS,
    "admin/bulk/": WRITERS,
    "admin/choose-page/": WRITERS | {"system"},
    "admin/choose-external-link/": WRITERS,
    "admin/choose-email-link/": WRITERS,
    "admin/choose-phone-link/": WRITERS,
    "admin/choose-anchor-link/": WRITERS,
    "admin/tag-autocomplete/": WRITERS,
    "admin/editing-sessions/": WRITERS,
    "admin/block-preview/": WRITERS,
    "admin/embeds/": WRITERS,
    "admin/snippets/": WRITERS,
    "admin/translation/": WRITERS,
    "admin/documents/": WRITERS,
    "admin/images/": WRITERS,
    "admin/collections/": frozenset({"system"}),
    "admin/sites/": frozenset({"system"}),
    "admin/locales/": frozenset({"system"}),
    "admin/redirects/": frozenset({"system"}),
    "admin/users/": NOBODY,
    "admin/groups/": NOBODY,
    "admin/reports/": NOBODY,
    "admin/workflows/": frozenset({"system"}),
    "admin/password_reset/": NOBODY,
    "admin/failwhale/": NOBODY,
    "admin/test404/": NOBODY,
    "admin/^.*/$": NOBODY,
}
"""How the addresses of Wagtail begin, and who finds them. Its permissions ask further, for each page."""

WAGTAIL_ROLES = [ANONYMOUS, "member", "county leader", "editor", "system", "audit"]
"""One of each sort: Wagtail knows no subtrees, only groups of permissions."""

ENTRANCES = [
    Row("admin/", ADMINISTRATION),
    Row("admin/login/", NOBODY, others=SIGN_IN),
    Row("_util/login/", NOBODY, others=SIGN_IN),
]
