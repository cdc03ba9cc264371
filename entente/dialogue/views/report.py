"""The published result: a paper, its picture and its data."""

from django.http import HttpRequest, HttpResponse


def report(request: HttpRequest, reference: str) -> HttpResponse:
    raise NotImplementedError


def map_picture(request: HttpRequest, reference: str) -> HttpResponse:
    raise NotImplementedError


def open_data(request: HttpRequest, reference: str) -> HttpResponse:
    raise NotImplementedError
