"""The dates a text speaks of, in Chinese and English, and whether one may stand for another."""
