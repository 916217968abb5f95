"""A stand-in for MONAI: what bench/peers/monai_peer.py uses, by the rules that MONAI's documentation gives."""

__version__ = "stand-in"
