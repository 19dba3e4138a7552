"""Weights: trained networks that ship, and timm's."""
