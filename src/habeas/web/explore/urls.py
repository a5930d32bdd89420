"""Addresses of the pages; each has its JSON twin at the same address with ``.json``."""

from __future__ import annotations

from django.urls import path

from habeas.web.explore import (
    about,
    citing,
    claims,
    estimates,
    exhibits,
    figures,
    opened,
    originals,
    overview,
    records,
    search,
    sources,
)
from habeas.web.explore.pages import twins

urlpatterns = [
    *twins("", overview.overview, "overview"),
    *twins("figures/", figures.listed, "figures"),
    *twins("figures/<slug:key>/", figures.figure, "figure"),
    *twins("figures/<slug:key>/why/", figures.why, "why"),
    *twins("figures/<slug:key>/rules/<int:number>/", figures.rule, "rule"),
    path("figures/<slug:key>/estimate/<slug:name>.svg", estimates.drawing, name="estimate-drawing"),
    path("figures/<slug:key>/drawing.svg", figures.drawing, name="drawing"),
    path("figures/<slug:key>/drawing.vl.json", figures.specification, name="specification"),
    path("figures/<slug:key>/places.geojson", figures.places, name="places"),
    *twins("records/", records.kinds, "kinds"),
    *twins("records/<int:position>/", records.record, "record"),
    *twins("records/<slug:kind>/", records.listed, "records"),
    *twins("claims/<int:position>/", claims.claim, "claim"),
    path("passages/<int:position>/", exhibits.passage, name="passage"),
    *twins("exhibits/", exhibits.listed, "exhibits"),
    *twins("exhibits/<int:position>/", exhibits.exhibit, "exhibit"),
    path(
        "exhibits/<int:position>/pictures/<int:reading>/<int:number>.png",
        opened.picture,
        name="picture",
    ),
    path("exhibits/<int:position>/passages/", citing.cite, name="cite"),
    path("exhibits/<int:position>/original/", originals.original, name="original"),
    *twins("search/", search.search, "search"),
    *twins("sources/", sources.listed, "sources"),
    *twins("sources/<int:position>/", sources.source, "source"),
    *twins("differences/", records.differing, "differences"),
    *twins("about/", about.about, "about"),
]
