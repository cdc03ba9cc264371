"""Addresses of agreements."""

from django.urls import URLPattern, path

from entente.agreements import views

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<uuid:agreement_id>/", views.agreement, name="agreement"),
    path("agreements/<uuid:agreement_id>/sign/", views.sign_agreement, name="sign_agreement"),
    path("agreements/<uuid:agreement_id>/interim/", views.begin_interim, name="begin_interim"),
    path("agreements/<uuid:agreement_id>/force/", views.bring_into_force, name="bring_into_force"),
    path("agreements/<uuid:agreement_id>/suspend/", views.suspend_agreement, name="suspend_agreement"),
    path("agreements/<uuid:agreement_id>/resume/", views.resume_agreement, name="resume_agreement"),
    path("agreements/<uuid:agreement_id>/end/", views.end_agreement, name="end_agreement"),
    path("agreements/<uuid:agreement_id>/leave/", views.leave_agreement, name="leave_agreement"),
]
