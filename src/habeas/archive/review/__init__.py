"""Pairs of mentions: proposed by a run of linking, judged by people."""
