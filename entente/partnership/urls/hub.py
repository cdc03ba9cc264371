"""The address of the page that leads to every part of the partnership."""

from django.urls import URLPattern, path

from entente.partnership.views import hub

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [path("partnership/", hub.partnership, name="partnership")]
