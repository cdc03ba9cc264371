"""Addresses of the partnership: one file for each part of its papers."""

from importlib import import_module

from django.urls import URLPattern

PARTS = ("hub", "groups", "meetings", "drafting", "register", "library", "means", "directory_files")
_parts = [import_module(f"entente.partnership.urls.{part}") for part in PARTS]
public_urls: list[URLPattern] = [url for part in _parts for url in part.public_urls]
staff_urls: list[URLPattern] = [url for part in _parts for url in part.staff_urls]
