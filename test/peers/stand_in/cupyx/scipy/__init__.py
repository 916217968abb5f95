"""See cupy.py two folders up."""
