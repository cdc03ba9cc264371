"""Addresses of dialogue."""

from django.urls import URLPattern, path

from entente.dialogue.views import public, report, voting

public_urls: list[URLPattern] = [
    path("", public.dialogues, name="dialogues"),
    path("<slug:reference>/", public.dialogue, name="dialogue"),
    path("<slug:reference>/vote/", voting.vote, name="vote"),
    path("<slug:reference>/statement/", voting.add_statement, name="add_statement"),
    path("<slug:reference>/code/", voting.enter_code, name="enter_code"),
    path("<slug:reference>/standing/", public.where_i_stand, name="where_i_stand"),
    path("<slug:reference>/report/", report.report, name="report"),
    path("<slug:reference>/report/map.svg", report.map_picture, name="map_picture"),
    path("<slug:reference>/report/open-data.zip", report.open_data, name="open_data"),
]
staff_urls: list[URLPattern] = []
