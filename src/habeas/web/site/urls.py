"""The URL map: pages, and what is answered when there is none."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("habeas.web.explore.urls"))]

handler400 = "habeas.web.explore.frame.pages.bad_request"
handler404 = "habeas.web.explore.frame.pages.not_found"
handler500 = "habeas.web.explore.frame.pages.broken"
