"""Addresses of people: one's own sign-ins under /staff/, signing in under /account/."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as codes
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path

from entente.people.views import accounts as views
from entente.people.views import calling, confirming, contacts, directory, overview

public_urls: list[URLPattern] = [
    path("confirm/<str:token>/", confirming.confirm_entry, name="confirm_entry"),
]
ONE = "staff/directory/<slug:slug>/"
staff_urls: list[URLPattern] = [
    path("staff/directory/", directory.directory, name="directory"),
    path("staff/directory/add/", directory.add_entry, name="add_entry"),
    path("staff/directory/call/", calling.call_list, name="call_list"),
    path("staff/directory/call/<slug:scenario>/", calling.whom_to_call, name="whom_to_call"),
    path(
        "staff/directory/call/<slug:scenario>/sheet.pdf",
        calling.printed_call_sheet,
        name="printed_call_sheet",
    ),
    path("staff/directory/stale/", overview.stale_entries, name="stale_entries"),
    path("staff/directory/coverage/", overview.coverage, name="coverage"),
    path("staff/directory/network/", overview.network, name="network"),
    path("staff/directory/network/network.svg", overview.network_picture, name="network_picture"),
    path(ONE, directory.organisation, name="organisation"),
    path(f"{ONE}edit/", directory.edit_entry, name="edit_entry"),
    path(f"{ONE}verify/", directory.verify_entry, name="verify_entry"),
    path(f"{ONE}archive/", directory.archive_entry, name="archive_entry"),
    path(f"{ONE}ask/", directory.ask_for_confirmation, name="ask_for_confirmation"),
    path(f"{ONE}confirm/", directory.confirm_entry, name="confirm_entry"),
    path(f"{ONE}contacts/add/", contacts.add_contact, name="add_contact"),
    path(f"{ONE}contacts/order/", contacts.order_contacts, name="order_contacts"),
    path(f"{ONE}contacts/<uuid:contact>/", contacts.edit_contact, name="edit_contact"),
    path(f"{ONE}contacts/<uuid:contact>/end/", contacts.end_contact, name="end_contact"),
    path(f"{ONE}ties/add/", contacts.tie_organisations, name="tie_organisations"),
    path(f"{ONE}ties/<uuid:tie>/end/", contacts.untie, name="untie"),
    path("staff/sessions/", views.sessions, name="sessions"),
    path("staff/sessions/end-others/", views.end_other_sessions, name="end_other_sessions"),
    path("staff/sessions/<uuid:session>/end/", views.end_session, name="end_session"),
    path("account/language/", views.choose_language, name="choose_language"),
    path("account/link/", views.ask_for_link, name="ask_for_link"),
    path("account/invitation/<uuid:account>/<str:token>/", views.accept_invitation, name="accept_invitation"),
]

# Only what we use of allauth: no sign-up, no confirmation of addresses, no password by mail.
account_urls: list[URLPattern] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", login_required(account.password_change), name="account_change_password"),
    path("password/set/", views.set_password, name="account_set_password"),
    path("factors/", factors.index, name="mfa_index"),
    path("factors/code/", factors.authenticate, name="mfa_authenticate"),
    path("factors/again/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factors/codes/set-up/", views.set_up_codes, name="mfa_activate_totp"),
    path("factors/codes/switch-off/", codes.deactivate_totp, name="mfa_deactivate_totp"),
    path("factors/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("factors/recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("factors/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("factors/passkeys/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("factors/passkeys/again/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("factors/passkeys/sign-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("factors/passkeys/<int:pk>/name/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
]
