"""See dali/__init__.py."""
