"""Everything that is the same everywhere. The other files here only override."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import env

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "site"
VAR = Path(env.text("VAR_DIR", str(ROOT / "var")))

DEBUG = False
DEMO = False
SECRET_KEY = env.text("SECRET_KEY", "")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("TRUSTED_ORIGINS")

INSTALLED_APPS = [
    # Our rooms, the higher first: a template or command of a higher room wins.
    "reports",
    "outreach",
    "meetings",
    "programmes",
    "courses",
    "quizzes",
    "hours",
    "people",
    "jobs",
    "paper",
    "sources",
    "intake",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "allauth.account",  # only because allauth.mfa stands on it: its tables stay empty, no address is mounted
    "allauth.mfa",  # codes of the second step; our pages and words (people.second_step)
    "csp",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # asked for by the pages of Wagtail's workflows
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

# How many proxies of our own stand before the server, each adding to X-Forwarded-For.
PROXIES = env.number("PROXIES", 0)

MIDDLEWARE = [
    "hours.middleware.BeatsFirst",
    "quizzes.middleware.AnswersFirst",
    "courses.lane.LessonsByTheLane",
    "courses.packing.PackedPages",
    "config.proxies.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "people.middleware.PrivatePages",
    "people.middleware.IdleTimeOut",
    "config.by_card.OnlyStudyByCard",
    "people.entry_rules.EntryRules",
    "people.middleware.AdminOffices",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "courses.redirects.FromOldAddresses",
    "allauth.account.middleware.AccountMiddleware",  # asked for by allauth.account
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.looks.looks",
            ],
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env.text("CACHE_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# Publishing (search index, references, file removal) never waits behind imports and exports.
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "long"],
    }
}

# Lessons of signed-in members are made of one statement and one kept page; off: by the ordinary path.
LANE = env.text("LANE", "on") != "off"

# Who signs in
AUTH_USER_MODEL = "people.Member"
AUTHENTICATION_BACKENDS = ["people.signing_in.NumberOrPhone", "people.card_sessions.ByStudyCard"]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "people.signing_in.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("number", "name", "name_latin", "phone")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "people.passwords.ThreeClassesForStaff"},
]  # fmt: skip

# django-allauth: no mail address, no sign-up, and secrets encrypted like telephone numbers.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "number"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "people.mfa_adapter.MFAAdapter"

# Sessions end after this many minutes without a request; elder mode has no time-out (see people.middleware).
IDLE_MINUTES_OFFICE = env.number("IDLE_MINUTES_OFFICE", 30)
IDLE_MINUTES_MEMBER = env.number("IDLE_MINUTES_MEMBER", 12 * 60)
SESSION_ENGINE = "people.session_store"
SESSION_COOKIE_AGE = 90 * 24 * 3600
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

# Nothing is mailed: no mail addresses are kept, and the editors' desk says what waits for whom.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# Languages: source strings are English; Chinese is the default and has no prefix in addresses.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [SITE / "locale", SITE / "locale-editor"]  # the second: what the packages lack
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files: /static/ from our folder, /media/ public images only, documents private.
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [SITE / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # pages of other sites have no use for our files
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.text("MEDIA_DIR", str(ROOT / "media")))
PRIVATE_ROOT = VAR / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "config.static.OwnFilesCompressed"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

WAGTAIL_SITE_NAME = _("Xuecheng")
WAGTAILADMIN_BASE_URL = env.text("BASE_URL", "http://localhost:8000")
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_FRONTEND_LOGIN_URL = LOGIN_URL
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_FINISH_WORKFLOW_ACTION = "courses.ending_review.publish_what_was_approved"
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "svg"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000  # as intake.limits
WAGTAILIMAGES_IMAGE_FORM_BASE = "intake.forms.CheckedImageForm"
WAGTAILDOCS_DOCUMENT_MODEL = "courses.PrivateDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["docx", "mp3", "mp4", "m4a", "ogg", "pdf", "pptx", "txt", "vtt", "webm", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 200 * 1024 * 1024
WAGTAILDOCS_DOCUMENT_FORM_BASE = "intake.forms.CheckedDocumentForm"
WAGTAILSEARCH_BACKENDS: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "wagtail.search.backends.database"}
}

# Pages may load from this site and from nowhere else. The editor's own pages need inline scripts (Wagtail).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
ADMIN_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
    "img-src": [SELF, "data:", "blob:"],
    "frame-ancestors": [SELF],
}
UPLOADS_CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "sandbox": [""],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# The keys of personal data (telephones): see people.ciphers.
KEYS_FILE = Path(env.text("KEYS_FILE", str(VAR / "keys")))

# Whole months of the audit are dropped when they ended so many days ago; never fewer than 180.
AUDIT_DAYS = env.number("AUDIT_DAYS", 400)

# How long personal data is kept (people.retention): what was answered and done, and what members asked for.
LEARNING_EVENT_YEARS = env.number("LEARNING_EVENT_YEARS", 2)
REQUEST_YEARS = env.number("REQUEST_YEARS", 5)
VISIT_PLACE_DAYS = env.number("VISIT_PLACE_DAYS", 30)
VISIT_WORDS_DAYS = env.number("VISIT_WORDS_DAYS", 180)
