"""What is carried to others: bundles and bags, and who vouches for a captured page.

Here is how what was received is checked. What goes into a bundle is chosen in ``exchange``.
"""

__all__ = [
    "bags",
    "capture_trust",
    "verification",
    "wacz",
]
