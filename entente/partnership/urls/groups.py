"""Addresses of groups, places, charters."""

from django.urls import URLPattern, path

from entente.partnership.views import charters, groups, places

GROUP = "groups/<str:reference>/"
PLACE = "groups/places/<uuid:place_id>/"
CHARTER = f"{GROUP}charter/<int:number>/"

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [
    path("groups/", groups.groups, name="groups"),
    path("groups/found/", groups.found_group, name="found_group"),
    path(PLACE, places.place, name="place"),
    path(f"{PLACE}accept/", places.accept_place, name="accept_place"),
    path(f"{PLACE}decline/", places.decline_place, name="decline_place"),
    path(f"{PLACE}take-back/", places.withdraw_invitation, name="withdraw_invitation"),
    path(f"{PLACE}edit/", places.edit_place, name="edit_place"),
    path(f"{PLACE}seat/", places.name_representative, name="name_representative"),
    path(f"{PLACE}seats/<uuid:seat_id>/end/", places.end_seat, name="end_seat"),
    path(f"{PLACE}leave/", places.leave_group, name="leave_group"),
    path(GROUP, groups.group, name="group"),
    path(f"{GROUP}edit/", groups.edit_group, name="edit_group"),
    path(f"{GROUP}translate/<str:language>/", groups.translate_group, name="translate_group"),
    path(f"{GROUP}begin/", groups.activate_group, name="activate_group"),
    path(f"{GROUP}suspend/", groups.suspend_group, name="suspend_group"),
    path(f"{GROUP}resume/", groups.resume_group, name="resume_group"),
    path(f"{GROUP}close/", groups.close_group, name="close_group"),
    path(f"{GROUP}review/", groups.review_group, name="review_group"),
    path(f"{GROUP}invite/", places.invite_organisation, name="invite_organisation"),
    path(f"{GROUP}pledge/", places.give_pledge, name="give_pledge"),
    path(f"{GROUP}charter/draft/", charters.draft_charter, name="draft_charter"),
    path(CHARTER, charters.charter, name="charter"),
    path(f"{CHARTER}edit/<str:language>/", charters.edit_charter, name="edit_charter"),
    path(f"{CHARTER}consult/", charters.consult_charter, name="consult_charter"),
    path(f"{CHARTER}open/", charters.open_charter, name="open_charter"),
    path(f"{CHARTER}sign/", charters.sign_charter, name="sign_charter"),
    path(f"{CHARTER}withdraw/", charters.withdraw_charter, name="withdraw_charter"),
    path(f"{CHARTER}compare/<int:before>/", charters.compare_charters, name="compare_charters"),
    path(f"{CHARTER}paper/<str:language>/", charters.printed_charter, name="printed_charter"),
]
