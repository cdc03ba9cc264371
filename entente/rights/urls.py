"""Addresses of the log, for anybody who checks it and for the overseer, and of complaints."""

from django.urls import URLPattern, path

from entente.rights.views import complaining, complaints, oversight

public_urls: list[URLPattern] = [
    path("checkpoint", oversight.checkpoint, name="checkpoint"),
    path("key", oversight.key, name="key"),
    path("tile/<int:level>/<path:tile>", oversight.tile, name="tile"),
    path("tile/entries/<path:tile>", oversight.entries, name="entries"),
    path("cosignatures", oversight.add_cosignatures, name="add_cosignatures"),
]
complaint_urls: list[URLPattern] = [
    path("", complaining.complain, name="complain"),
    path("answer/", complaining.find_complaint, name="find_complaint"),
    path("<str:reference>/", complaining.read_complaint, name="read_complaint"),
]
staff_urls: list[URLPattern] = [
    path("log/", oversight.log, name="log"),
    path("log/list.csv", oversight.log_list, name="log_list"),
    path("log/witnesses/", oversight.witnesses, name="witnesses"),
    path("log/witnesses/<uuid:witness>/withdraw/", oversight.withdraw_witness, name="withdraw_witness"),
    path("complaints/", complaints.complaints, name="complaints"),
    path("complaints/questions/<uuid:question>/", complaints.answer_question, name="answer_question"),
    path("complaints/remedies/<uuid:remedy>/", complaints.complete_remedy, name="complete_remedy"),
    path("complaints/<str:reference>/", complaints.complaint, name="complaint"),
    path("complaints/<str:reference>/assign/", complaints.assign_complaint, name="assign_complaint"),
    path(
        "complaints/<str:reference>/acknowledge/",
        complaints.acknowledge_complaint,
        name="acknowledge_complaint",
    ),
    path(
        "complaints/<str:reference>/investigate/",
        complaints.investigate_complaint,
        name="investigate_complaint",
    ),
    path("complaints/<str:reference>/ask/", complaints.ask_question, name="ask_question"),
    path("complaints/<str:reference>/write/", complaints.write_to_person, name="write_to_person"),
    path("complaints/<str:reference>/extend/", complaints.extend_complaint, name="extend_complaint"),
    path("complaints/<str:reference>/answer/", complaints.answer_complaint, name="answer_complaint"),
    path("complaints/<str:reference>/remedy/", complaints.add_remedy, name="add_remedy"),
    path("complaints/<str:reference>/close/", complaints.close_complaint, name="close_complaint"),
]
