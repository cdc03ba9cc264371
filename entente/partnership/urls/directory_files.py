"""Addresses of the directory from and to files, and the guided start."""

from django.urls import URLPattern, path

from entente.partnership.views import directory_files as views
from entente.partnership.views import starting

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [
    path("directory-files/", views.directory_files, name="directory_files"),
    path("directory-files/new/", views.upload_directory, name="upload_directory"),
    path("directory-files/template.<str:form>", views.directory_template, name="directory_template"),
    path("directory-files/directory.<str:form>", views.export_directory, name="export_directory"),
    path("directory-files/<uuid:run>/", views.directory_import, name="directory_import"),
    path("directory-files/<uuid:run>/columns/", views.choose_columns, name="choose_columns"),
    path("directory-files/<uuid:run>/bring-in/", views.bring_in_directory, name="bring_in_directory"),
    path("directory-files/<uuid:run>/resume/", views.resume_directory_import, name="resume_directory_import"),
    path("directory-files/<uuid:run>/report.csv", views.directory_report, name="directory_report"),
    path("start/", starting.start_town, name="start_town"),
    path("start/organisation/", starting.start_organisation, name="start_organisation"),
    path("start/group/", starting.start_group, name="start_group"),
    path("start/agreement/", starting.start_agreement, name="start_agreement"),
]
