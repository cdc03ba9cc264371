"""Addresses that exist only in the demo."""

from django.urls import path

from entente.demo import views
from entente.portal import views as portal

# Stands before the portal's own addresses: in the demo its first page is the first screen.
public_urls = [
    path("", views.home, name="home"),
    path("partnership/", portal.home, name="partnership"),
]
demo_urls = [
    path("sign-in/", views.sign_in_as, name="sign_in_as"),
    path("mailbox/", views.mailbox, name="mailbox"),
]
