"""Addresses of dialogue."""

from django.urls import URLPattern, path

from entente.dialogue.views import (
    excluding,
    exporting,
    hosting,
    importing,
    inviting,
    joining,
    moderating,
    moderation_log,
    paper,
    printed,
    public,
    record_page,
    report,
    reporting,
    running,
    standing,
    tablet,
    translating,
    voting,
)

public_urls: list[URLPattern] = [
    path("", public.dialogues, name="dialogues"),
    path("<slug:reference>/", public.dialogue, name="dialogue"),
    path("<slug:reference>/vote/", voting.vote, name="vote"),
    path("<slug:reference>/statement/", voting.add_statement, name="add_statement"),
    path("<slug:reference>/code/", voting.enter_code, name="enter_code"),
    path("<slug:reference>/join/<slug:code>/", joining.join_session, name="join_session"),
    path("<slug:reference>/tablet/", tablet.tablet, name="tablet"),
    path("<slug:reference>/standing/", standing.where_i_stand, name="where_i_stand"),
    path("<slug:reference>/moderation/", moderation_log.moderation_log, name="moderation_log"),
    path(
        "<slug:reference>/moderation/decisions.csv", moderation_log.moderation_table, name="moderation_table"
    ),
    path("<slug:reference>/report/", report.report, name="report"),
    path("<slug:reference>/report.pdf", printed.printed_report, name="printed_report"),
    path("<slug:reference>/report/map.svg", report.map_picture, name="map_picture"),
    path("<slug:reference>/report/open-data.zip", report.open_data, name="open_data"),
]
staff_urls: list[URLPattern] = [
    path("dialogues/", running.dialogue_list, name="dialogue_list"),
    path("dialogues/new/", running.draft_dialogue, name="draft_dialogue"),
    path("dialogues/<slug:reference>/", record_page.manage_dialogue, name="manage_dialogue"),
    path("dialogues/<slug:reference>/edit/", running.edit_dialogue, name="edit_dialogue"),
    path(
        "dialogues/<slug:reference>/translate/<slug:language>/",
        translating.translate_dialogue,
        name="translate_dialogue",
    ),
    path("dialogues/<slug:reference>/statements/", running.add_statement, name="add_statement"),
    path("dialogues/<slug:reference>/moderate/", moderating.moderate_statements, name="moderate_statements"),
    path("dialogues/<slug:reference>/open/", running.open_dialogue, name="open_dialogue"),
    path("dialogues/<slug:reference>/freeze/", running.freeze_dialogue, name="freeze_dialogue"),
    path("dialogues/<slug:reference>/unfreeze/", running.unfreeze_dialogue, name="unfreeze_dialogue"),
    path("dialogues/<slug:reference>/close/", running.close_dialogue, name="close_dialogue"),
    path("dialogues/<slug:reference>/report/", reporting.edit_report, name="edit_report"),
    path("dialogues/<slug:reference>/publish/", reporting.publish_outcome, name="publish_outcome"),
    path("dialogues/<slug:reference>/codes/", inviting.make_codes, name="make_codes"),
    path("dialogues/<slug:reference>/codes/forget/", inviting.forget_codes, name="forget_codes"),
    path("dialogues/<slug:reference>/sessions/", hosting.session_list, name="session_list"),
    path("dialogues/<slug:reference>/sessions/new/", hosting.plan_session, name="plan_session"),
    path("dialogues/<slug:reference>/sessions/<uuid:session_id>/", hosting.session, name="session"),
    path(
        "dialogues/<slug:reference>/sessions/<uuid:session_id>/end/", hosting.end_session, name="end_session"
    ),
    path(
        "dialogues/<slug:reference>/sessions/<uuid:session_id>/wall/",
        hosting.session_wall,
        name="session_wall",
    ),
    path(
        "dialogues/<slug:reference>/sessions/<uuid:session_id>/sheet.pdf",
        paper.paper_sheet,
        name="paper_sheet",
    ),
    path(
        "dialogues/<slug:reference>/sessions/<uuid:session_id>/type-in/", paper.type_sheet, name="type_sheet"
    ),
    path("dialogues/<slug:reference>/batches/", excluding.batch_list, name="batch_list"),
    path("dialogues/<slug:reference>/batches/<uuid:exclusion_id>/", excluding.exclusion, name="exclusion"),
    path("dialogues/<slug:reference>/polis/", exporting.polis_exports, name="polis_exports"),
    path("dialogues/<slug:reference>/polis/compare/", exporting.compare_polis, name="compare_polis"),
    path(
        "dialogues/<slug:reference>/polis/<uuid:export>/",
        exporting.take_polis_export,
        name="take_polis_export",
    ),
    path("imports/", importing.import_list, name="import_list"),
    path("imports/new/", importing.import_polis, name="import_polis"),
    path("imports/<uuid:run>/", importing.import_run, name="import_run"),
    path("imports/<uuid:run>/findings.csv", importing.import_findings, name="import_findings"),
    path("imports/<uuid:run>/resume/", importing.resume_import, name="resume_import"),
]
