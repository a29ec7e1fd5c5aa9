"""Numerals, units and quantities in Chinese and English."""
