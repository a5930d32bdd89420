"""The read-only web: Django project (``site``) and the pages (``explore``)."""
