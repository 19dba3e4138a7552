"""Ledger: every layer of a network with shape, parameters and cost, counted without Keras."""

from senet_lab.ledger.ledger import Ledger, Total, beside, counted

__all__ = ["Ledger", "Total", "beside", "counted"]
