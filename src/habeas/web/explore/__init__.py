"""The pages: each parses its address, asks for one thing, and renders it.

Every page has a JSON twin of the same content (``pages.page``), and reads rows only
through ``archive.access.visible`` for the viewer of the request.
"""
