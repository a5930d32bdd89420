"""What we measure, against other tools on the same machine in the same run.

``make bench`` runs everything and prints one table. Times are seconds of wall clock; the
last column is a ratio, because only ratios taken in one run can be compared.
"""
