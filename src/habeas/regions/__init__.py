"""Regions: one folder for each part of the world whose names, places and times are known here.

Data, never logic: what a region's files mean is said by ``habeas.vocabulary.region``, which
reads them, and a folder of the same form outside the program is a region as well. Nothing here
is imported; there is no other Python in this room.
"""
