"""Addresses that exist only in the demo."""

from django.urls import URLPattern

demo_urls: list[URLPattern] = []
