"""Addresses of the pages; each has its JSON twin at the same address with ``.json``."""

from __future__ import annotations

from django.urls import path

from habeas.web.explore import other_pages
from habeas.web.explore.exhibits import citing, exhibit_pages, originals, recordings
from habeas.web.explore.figures import figure_pages
from habeas.web.explore.frame.pages import twins
from habeas.web.explore.records import claim_pages, record_pages, source_pages

urlpatterns = [
    *twins("", figure_pages.overview, "overview"),
    *twins("figures/", figure_pages.listed, "figures"),
    *twins("figures/<slug:key>/", figure_pages.one, "figure"),
    *twins("figures/<slug:key>/why/", figure_pages.why, "why"),
    *twins("figures/<slug:key>/compare/", figure_pages.compare, "compare"),
    *twins("figures/<slug:key>/diff/", figure_pages.diff, "diff"),
    *twins("figures/<slug:key>/rules/<int:number>/", figure_pages.rule, "rule"),
    path(
        "figures/<slug:key>/estimate/<slug:name>.svg",
        figure_pages.estimate_drawing,
        name="estimate-drawing",
    ),
    path("figures/<slug:key>/drawing.svg", figure_pages.drawing, name="drawing"),
    path("figures/<slug:key>/drawing.vl.json", figure_pages.specification, name="specification"),
    path("figures/<slug:key>/places.geojson", figure_pages.map_places, name="places"),
    *twins("holdings/", figure_pages.held, "holdings"),
    *twins("holdings/<slug:key>/", figure_pages.holding, "holding"),
    *twins("holdings/<slug:key>/why/", figure_pages.holding_why, "holding-why"),
    *twins("records/", record_pages.kinds, "kinds"),
    *twins("records/<int:position>/", record_pages.record, "record"),
    *twins("records/<slug:kind>/", record_pages.listed, "records"),
    *twins("claims/<int:position>/", claim_pages.claim, "claim"),
    path("passages/<int:position>/", exhibit_pages.passage, name="passage"),
    *twins("exhibits/", exhibit_pages.listed, "exhibits"),
    *twins("exhibits/<int:position>/", exhibit_pages.exhibit, "exhibit"),
    path(
        "exhibits/<int:position>/pictures/<int:reading>/<int:number>.png",
        exhibit_pages.picture,
        name="picture",
    ),
    path(
        "exhibits/<int:position>/recording/<int:reading>/<int:number>.webm",
        recordings.piece,
        name="piece",
    ),
    path("exhibits/<int:position>/stills/<int:passage>.png", recordings.still, name="still"),
    path("exhibits/<int:position>/passages/", citing.cite, name="cite"),
    path("exhibits/<int:position>/places/", citing.cite_place, name="cite-place"),
    path("exhibits/<int:position>/original/", originals.original, name="original"),
    *twins("search/", other_pages.search, "search"),
    *twins("sources/", source_pages.listed, "sources"),
    *twins("sources/<int:position>/", source_pages.source, "source"),
    *twins("sources/<int:position>/accounts/", source_pages.told, "accounts"),
    *twins("differences/", record_pages.differing, "differences"),
    *twins("waiting/", other_pages.waiting, "waiting"),
    *twins("about/", other_pages.about, "about"),
]
