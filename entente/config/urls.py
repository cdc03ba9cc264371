"""Which addresses this process answers: the public ones, the staff's, or both."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from entente.agreements import urls as agreements
from entente.dialogue import urls as dialogue
from entente.partnership import urls as partnership
from entente.partnership.urls.meetings import calendar_urls
from entente.people import urls as people
from entente.portal import urls as portal
from entente.records import urls as records
from entente.rights import urls as rights

portal_urls, demo_urls = portal.public_urls, []
if "entente.demo" in settings.INSTALLED_APPS:
    from entente.demo import urls as demo

    # The first match wins: the demo's first screen stands at the address of the portal's first page.
    portal_urls = [*demo.public_urls, *portal.public_urls]
    demo_urls = [path("demo/", include((demo.demo_urls, "demo")))]

public_urls = [
    path("", include((portal.root_urls, "portal_root"))),
    path("log/", include((rights.public_urls, "log"))),
    *i18n_patterns(
        path("", include((portal_urls, "portal"))),
        *demo_urls,
        path("dialogues/", include((dialogue.public_urls, "dialogue"))),
        path("", include((records.public_urls, "records_public"))),
        path("", include((partnership.public_urls, "partnership"))),
        path("", include((people.public_urls, "people_public"))),
        path("complaints/", include((rights.complaint_urls, "rights_public"))),
    ),
]
staff_urls = [
    path("staff/", include((records.staff_urls, "records"))),
    path("staff/", include((dialogue.staff_urls, "dialogue_staff"))),
    path("staff/", include((agreements.staff_urls, "agreements"))),
    path("staff/", include((partnership.staff_urls, "partnership_staff"))),
    path("", include((calendar_urls, "partnership_calendar"))),
    path("staff/", include((rights.staff_urls, "rights"))),
    path("", include((people.staff_urls, "people"))),
    path("account/", include(people.account_urls)),
]

urlpatterns: list[URLPattern | URLResolver] = [*portal.every_surface]
if settings.SURFACE != "staff":
    urlpatterns += public_urls
if settings.HAS_STAFF:
    urlpatterns += staff_urls
