"""A stand-in for DALI: what bench/peers/dali_peer.py uses, by the rules that DALI's documentation gives, on the CPU."""

__version__ = "stand-in"
