"""Addresses of what may be shared, and the public register."""

from django.urls import URLPattern, path

from entente.partnership.views import assessments, register, retention, sharing

public_urls: list[URLPattern] = [
    path("register/", register.register, name="register"),
    path("register/<str:reference>/", register.register_page, name="register_page"),
    path("register/<str:reference>/paper.pdf", register.register_paper, name="register_paper"),
    path("retention/", retention.retention, name="retention"),
]
staff_urls: list[URLPattern] = [
    path("sharing/", sharing.may_i_share, name="may_i_share"),
    path("sharing/card.pdf", sharing.sharing_card, name="sharing_card"),
    path("register/", register.describe_agreements, name="describe_agreements"),
    path("register/<uuid:agreement_id>/", register.publish_essence, name="publish_essence"),
    path("register/<uuid:agreement_id>/assessment/", assessments.assessment, name="assessment"),
    path(
        "register/<uuid:agreement_id>/assessment/write/",
        assessments.write_assessment,
        name="write_assessment",
    ),
    path(
        "register/<uuid:agreement_id>/assessment/opinion/",
        assessments.advise_on_assessment,
        name="advise_on_assessment",
    ),
    path(
        "register/<uuid:agreement_id>/assessment/decision/",
        assessments.decide_assessment,
        name="decide_assessment",
    ),
    path("retention/", retention.staff_retention, name="retention"),
    path("retention/confirm/", retention.confirm_retention, name="confirm_retention"),
]
