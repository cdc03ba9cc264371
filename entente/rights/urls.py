"""Addresses of the log: for anybody who checks it, and for the overseer."""

from django.urls import URLPattern, path

from entente.rights import views

public_urls: list[URLPattern] = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("key", views.key, name="key"),
    path("tile/<int:level>/<path:tile>", views.tile, name="tile"),
    path("tile/entries/<path:tile>", views.entries, name="entries"),
    path("cosignatures", views.add_cosignatures, name="add_cosignatures"),
]
staff_urls: list[URLPattern] = [
    path("", views.log, name="log"),
    path("list.csv", views.log_list, name="log_list"),
    path("witnesses/", views.witnesses, name="witnesses"),
    path("witnesses/<uuid:witness>/withdraw/", views.withdraw_witness, name="withdraw_witness"),
]
