"""Addresses of what may be shared, and the public register."""

from django.urls import URLPattern

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = []
