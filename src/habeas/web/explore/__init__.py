"""The pages: each parses its address, asks for one thing, and renders it.

Folders by what they show: ``frame`` (what is alike on every page), ``figures``, ``records``
(claims, sources and differences too), ``exhibits``; ``other_pages``. Beside them addresses
(``urls``), templates, template tags and static files. Every page has a JSON twin of the same
content, of a value that a builder made for the viewer of the request. Not here: what is shown
(``habeas.display``), and anything recorded without a verb.
"""
