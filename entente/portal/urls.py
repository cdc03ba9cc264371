"""Addresses of the portal."""

from django.urls import URLPattern, path

from entente.portal import views

root_urls: list[URLPattern] = [
    path("", views.root, name="root"),
    path("healthz", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
]
public_urls: list[URLPattern] = [
    path("", views.home, name="home"),
    path("refusals/", views.refusals, name="refusals"),
]
