"""Django's settings. What differs between installations comes from the environment."""

from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from entente.config import environment

MODE = environment.text("ENTENTE_MODE", "production")  # production, demo or test
SURFACE = environment.text("ENTENTE_SURFACE", "both")  # public, staff or both
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("ENTENTE_MODE is production, demo or test.")
if SURFACE not in {"public", "staff", "both"}:
    raise ImproperlyConfigured("ENTENTE_SURFACE is public, staff or both.")
HAS_STAFF = SURFACE != "public"

PACKAGE = Path(__file__).parents[1]
VAR = Path(environment.text("ENTENTE_VAR", str(PACKAGE.parent / "var")))

SECRET_KEY = environment.text("ENTENTE_SECRET_KEY", None if MODE == "production" else "not-secret-" * 5)
DEBUG = False
ALLOWED_HOSTS = environment.words("ENTENTE_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("ENTENTE_ORIGINS")
DATABASES = {"default": environment.database(environment.text("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ENTENTE_KEYSTORE = environment.text("ENTENTE_KEYSTORE", str(VAR / "keystore"))
ENTENTE_FILES = environment.text("ENTENTE_FILES", str(VAR / "files"))
ENTENTE_CITY_NAME = environment.text("ENTENTE_CITY_NAME", "Marenne")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "entente.portal",
    "entente.rights",
    "entente.dialogue",
    "entente.partnership",
    "entente.records",
    "entente.agreements",
    "entente.people",
    "entente.delivery",
    "entente.audit",
    "entente.jobs",
    "entente.keys",
    "entente.ui",
    "allauth",  # after ours, whose templates come first
    "allauth.account",
    "allauth.mfa",
    *environment.words("ENTENTE_EXTRA_APPS", "" if MODE == "production" else "entente.demo"),
]
if MODE == "production" and any(app.startswith("entente.demo") for app in INSTALLED_APPS):
    raise ImproperlyConfigured(
        "The demo signs people in with one click: it is never installed in production."
    )

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    *(["django.contrib.sessions.middleware.SessionMiddleware"] if HAS_STAFF else []),
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    *(["django.contrib.auth.middleware.AuthenticationMiddleware"] if HAS_STAFF else []),
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # allauth insists on it, even where nobody signs in
    "entente.people.sign_in.ActorMiddleware",
]

ROOT_URLCONF = "entente.config.urls"
WSGI_APPLICATION = "entente.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "entente.ui.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "entente.ui.context.page_context",
                *(["entente.demo.context.looking_as"] if "entente.demo" in INSTALLED_APPS else []),
            ],
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("ar", _("Arabic")), ("ro", _("Romanian"))]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = environment.text("ENTENTE_TIME_ZONE", "Europe/Brussels")
try:
    ENTENTE_HOLIDAYS = frozenset(map(date.fromisoformat, environment.words("ENTENTE_HOLIDAYS")))
except ValueError as error:
    raise ImproperlyConfigured("ENTENTE_HOLIDAYS are dates such as 2026-12-25, with commas.") from error

# Static files: hashed names, relative imports of modules rewritten too
STATIC_URL = "/static/"
STATIC_ROOT = environment.text("ENTENTE_STATIC", str(VAR / "static"))
_manifest = "entente.ui.static_storage.ModuleManifestStorage"
_plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ENTENTE_FILES},
    },
    "staticfiles": {"BACKEND": _plain if MODE == "test" else _manifest},
}
WHITENOISE_USE_FINDERS = MODE == "test"
WHITENOISE_AUTOREFRESH = False

# Sign-in
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_ENGINE = "entente.people.session_store"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if MODE == "test"
    else "django.contrib.auth.hashers.Argon2PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/staff/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "entente.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; allauth reads here that we use passwords
ACCOUNT_EMAIL_VERIFICATION = "none"  # the invitation reached the mailbox
ACCOUNT_SESSION_REMEMBER = False
# allauth's keep addresses in a cache; ours are in people.sign_in and people.forms.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "entente.people.forms.SignInForm",
    "reauthenticate": "entente.people.forms.PasswordAgainForm",
    "set_password": "entente.people.forms.NewPasswordForm",
    "change_password": "entente.people.forms.OtherPasswordForm",
}
MFA_ADAPTER = "entente.people.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TRUST_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_RATE_LIMITS = False
MFA_FORMS = {
    "authenticate": "entente.people.forms.CodeForm",
    "reauthenticate": "entente.people.forms.CodeAgainForm",
    "activate_totp": "entente.people.forms.SetUpCodesForm",
    "authenticate_webauthn": "entente.people.forms.PasskeyForm",
    "login_webauthn": "entente.people.forms.PasskeySignInForm",
    "reauthenticate_webauthn": "entente.people.forms.PasskeyAgainForm",
    "add_webauthn": "entente.people.forms.AddPasskeyForm",
    "edit_webauthn": "entente.people.forms.NamePasskeyForm",
}
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # how long the link in an invitation works

# Transport
IS_HTTPS = MODE == "production" and not environment.flag("ENTENTE_PLAIN_HTTP")
# Where people reach the site; links in mails begin with it.
_address = f"https://{ALLOWED_HOSTS[0]}" if IS_HTTPS else "http://localhost:8000"
ENTENTE_ADDRESS = environment.text("ENTENTE_ADDRESS", _address).rstrip("/")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.flag("ENTENTE_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Limits on what comes in
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
ENTENTE_UPLOAD_BYTES = 20 * 1024 * 1024

# Opinion groups of very large dialogues
ENTENTE_WORKER_THREADS = int(environment.text("ENTENTE_WORKER_THREADS", "1"))
ENTENTE_SCHEDULER = environment.text("ENTENTE_SCHEDULER", "") or None

# Mail
# The demo writes to nobody: its mail goes into a folder, and its mailbox page shows it.
_mail = "filebased" if MODE == "demo" else "smtp"
EMAIL_BACKEND = environment.text("ENTENTE_MAIL_BACKEND", f"django.core.mail.backends.{_mail}.EmailBackend")
EMAIL_HOST = environment.text("ENTENTE_SMTP_HOST", "localhost")
EMAIL_PORT = int(environment.text("ENTENTE_SMTP_PORT", "25"))
EMAIL_HOST_USER = environment.text("ENTENTE_SMTP_USER", "")
EMAIL_HOST_PASSWORD = environment.text("ENTENTE_SMTP_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("ENTENTE_SMTP_TLS")
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = str(VAR / "mail")
DEFAULT_FROM_EMAIL = environment.text("ENTENTE_MAIL_FROM", "entente@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
