"""Addresses of meetings, decisions and commitments."""

from django.urls import URLPattern, path

from entente.partnership.views import commitments, decisions, meeting_papers, meetings

public_urls: list[URLPattern] = [
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/feed/", decisions.decisions_feed, name="decisions_feed"),
]
# Calendars bring no session: the secret in the address is what they prove.
calendar_urls: list[URLPattern] = [
    path("calendar/<slug:token>.ics", meeting_papers.calendar_feed, name="calendar_feed"),
]
G, M, P = "groups/<str:reference>/", "meetings/<str:reference>/", "points/<uuid:point_id>/"
D, C = "decisions/<str:reference>/", "commitments/<str:reference>/"
staff_urls: list[URLPattern] = [
    path(f"{G}meetings/", meetings.meetings, name="meetings"),
    path(f"{G}meetings/plan/", meetings.plan_meeting, name="plan_meeting"),
    path(M, meetings.meeting, name="meeting"),
    path(f"{M}change/", meetings.change_meeting, name="change_meeting"),
    path(f"{M}invite/", meetings.invite_to_meeting, name="invite_to_meeting"),
    path(f"{M}cancel/", meetings.cancel_meeting, name="cancel_meeting"),
    path(f"{M}agenda/", meetings.add_point, name="add_point"),
    path(f"{M}held/", meetings.hold_meeting, name="hold_meeting"),
    path(f"{M}approve/", meetings.approve_minutes, name="approve_minutes"),
    path(f"{M}paper/", meeting_papers.printed_agenda, name="printed_agenda"),
    path(f"{M}file/", meeting_papers.meeting_file, name="meeting_file"),
    path(f"{P}earlier/", meetings.move_point, name="move_point"),
    path(f"{P}remove/", meetings.remove_point, name="remove_point"),
    path(f"{P}minutes/", meetings.write_minutes, name="write_minutes"),
    path("calendar/", meeting_papers.calendar, name="calendar"),
    path("calendar/new/", meeting_papers.make_calendar_key, name="make_calendar_key"),
    path("calendar/close/", meeting_papers.revoke_calendar_key, name="revoke_calendar_key"),
    path("decisions/", decisions.group_decisions, name="group_decisions"),
    path(f"{G}decisions/propose/", decisions.propose_decision, name="propose_decision"),
    path(D, decisions.group_decision, name="group_decision"),
    path(f"{D}take/", decisions.take_decision, name="take_decision"),
    path(f"{D}refuse/", decisions.refuse_decision, name="refuse_decision"),
    path(f"{D}dissent/", decisions.note_dissent, name="note_dissent"),
    path(f"{D}reverse/", decisions.reverse_decision, name="reverse_decision"),
    path(f"{D}publish/", decisions.publish_decision, name="publish_decision"),
    path("commitments/", commitments.commitments, name="commitments"),
    path("commitments/file/", commitments.export_commitments, name="export_commitments"),
    path(f"{G}commitments/offer/", commitments.offer_commitment, name="offer_commitment"),
    path(C, commitments.commitment, name="commitment"),
    path(f"{C}accept/", commitments.accept_commitment, name="accept_commitment"),
    path(f"{C}change/", commitments.change_commitment, name="change_commitment"),
    path(f"{C}done/", commitments.keep_commitment, name="keep_commitment"),
    path(f"{C}withdraw/", commitments.withdraw_commitment, name="withdraw_commitment"),
]
