"""Addresses of records."""

from django.urls import URLPattern, path

from entente.records.views import working as views

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [
    path("", views.my_work, name="my_work"),
    path("search/", views.search, name="search"),
    path("actions/<uuid:action_id>/complete/", views.complete_action, name="complete_action"),
    path("records/<slug:reference>/note/", views.write_note, name="write_note"),
    path("records/<slug:reference>/action/", views.add_action, name="add_action"),
]
