"""Addresses of the portal."""

from django.urls import URLPattern

root_urls: list[URLPattern] = []
public_urls: list[URLPattern] = []
