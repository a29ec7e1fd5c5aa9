"""Speeds as ratios, side by side in one run, and fits of weights. Run from a checkout; not in the wheel."""
