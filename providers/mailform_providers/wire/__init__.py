"""HTTP, as both services need it: one request and how it ended (`reply`), and how long to keep trying (`patience`).

Nothing here knows of cmdlets or domains.
"""
