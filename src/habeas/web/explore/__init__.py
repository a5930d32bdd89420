"""The pages: each parses its address, asks for one thing, and renders it.

Folders by what they show: ``frame`` (what is alike on every page), ``figures``, ``records``
(claims, sources and differences too), ``exhibits``; ``search``. Beside them addresses (``urls``),
templates, template tags and static files. Every page has a JSON twin of the same content, and reads
rows only through ``archive.access.visible`` for the viewer of the request. Not here: what a claim,
a record or a source looks like (``habeas.display``), and anything recorded without a verb.
"""
