"""A shop on django-oscar, as its documentation sets one up; has a virtual environment of its own.

Nothing here is imported by ours: `bench/oscar.py` makes the environment and starts these modules.
"""
