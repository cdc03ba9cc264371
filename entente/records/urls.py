"""Addresses of records."""

from django.urls import URLPattern, path

from entente.records import api
from entente.records.views import (
    files,
    glass,
    lists,
    matters,
    opening,
    receipts,
    sharing,
    visibility,
)
from entente.records.views import working as views

public_urls: list[URLPattern] = [
    path("who-looked/", receipts.who_looked, name="who_looked"),
    path("who-looked/proofs/", receipts.download_proofs, name="download_proofs"),
]
staff_urls: list[URLPattern] = [
    path("", views.my_work, name="my_work"),
    path("search/", views.search, name="search"),
    path("actions/<uuid:action_id>/complete/", views.complete_action, name="complete_action"),
    path("records/", lists.record_list, name="record_list"),
    path("records/new/", matters.open_matter, name="open_matter"),
    path("records/export.csv", lists.export_records, name="export_records"),
    path("records/changes/", lists.changes, name="changes"),
    path("records/changes.atom", lists.changes_feed, name="changes_feed"),
    path("api/records/", api.api_records, name="api_records"),
    path("api/records/<slug:reference>/", api.api_record, name="api_record"),
    path("records/<slug:reference>/", matters.record, name="record"),
    path("records/<slug:reference>/file/", files.keep_file, name="keep_file"),
    path("records/<slug:reference>/files/<uuid:file_id>/", files.download_file, name="download_file"),
    path("records/<slug:reference>/receipt/", receipts.issue_receipt, name="issue_receipt"),
    path("records/<slug:reference>/note/", views.write_note, name="write_note"),
    path("records/<slug:reference>/action/", views.add_action, name="add_action"),
    path("records/<slug:reference>/share/", sharing.share_record, name="share_record"),
    path(
        "records/<slug:reference>/share/<uuid:participation_id>/end/",
        sharing.end_participation,
        name="end_participation",
    ),
    path("records/<slug:reference>/purpose/", opening.state_purpose, name="state_purpose"),
    path("records/<slug:reference>/who-can-see/", visibility.who_can_see, name="who_can_see"),
    path("records/<slug:reference>/why/", visibility.why_do_i_see_this, name="why_do_i_see_this"),
    path("records/<slug:reference>/who-has-seen/", visibility.who_has_seen, name="who_has_seen"),
    path("records/<slug:reference>/still-open/", visibility.still_open, name="still_open"),
    path("glass/", glass.break_glass, name="break_glass"),
    path("glass/reviews/", glass.glass_list, name="glass_list"),
    path("glass/<uuid:participation>/review/", glass.review_glass, name="review_glass"),
]
