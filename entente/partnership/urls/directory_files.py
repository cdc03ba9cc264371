"""Addresses of the directory from and to files, and the guided start."""

from django.urls import URLPattern

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = []
