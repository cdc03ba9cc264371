"""Addresses of protocols and the strategy."""

from django.urls import URLPattern

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = []
