"""Count every layer of a network, with its shape, parameters and costs, without Keras."""

from senet_lab.ledger.ledger import Ledger, Total, beside, counted

__all__ = ["Ledger", "Total", "beside", "counted"]
