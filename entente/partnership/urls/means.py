"""Addresses of resources and money."""

from django.urls import URLPattern, path

from entente.partnership.views import means, money

public_urls: list[URLPattern] = []
staff_urls: list[URLPattern] = [
    path("resources/", means.resources, name="resources"),
    path("resources/new/", means.add_resource, name="add_resource"),
    path("resources/<uuid:resource>/", means.resource, name="resource"),
    path("resources/<uuid:resource>/edit/", means.edit_resource, name="edit_resource"),
    path("resources/<uuid:resource>/withdraw/", means.withdraw_resource, name="withdraw_resource"),
    path("resources/<uuid:resource>/book/", means.book_resource, name="book_resource"),
    path("resources/<uuid:resource>/calendar.ics", means.resource_calendar, name="resource_calendar"),
    path("bookings/", means.bookings, name="bookings"),
    path("bookings/<uuid:booking>/", means.booking, name="booking"),
    path("bookings/<uuid:booking>/confirm/", means.confirm_booking, name="confirm_booking"),
    path("bookings/<uuid:booking>/decline/", means.decline_booking, name="decline_booking"),
    path("bookings/<uuid:booking>/cancel/", means.cancel_booking, name="cancel_booking"),
    path("bookings/<uuid:booking>/return/", means.return_booking, name="return_booking"),
    path("funding/", money.funding, name="funding"),
    path("funding/list.csv", money.funding_list, name="funding_list"),
    path("funding/new/", money.add_fund, name="add_fund"),
    path("funding/<uuid:fund>/", money.fund, name="fund"),
    path("funding/<uuid:fund>/edit/", money.edit_fund, name="edit_fund"),
    path("funding/<uuid:fund>/pledge/", money.record_pledge, name="record_pledge"),
    path("funding/<uuid:fund>/spent/", money.add_entry, name="add_entry"),
]
