"""Addresses of the portal."""

from django.urls import URLPattern, path

from entente.portal import views

every_surface: list[URLPattern] = [path("healthz", views.health, name="health")]
root_urls: list[URLPattern] = [
    path("", views.root, name="root"),
    path("robots.txt", views.robots, name="robots"),
]
public_urls: list[URLPattern] = [
    path("", views.home, name="home"),
    path("refusals/", views.refusals, name="refusals"),
]
