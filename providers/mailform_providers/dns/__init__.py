"""The zones in which domains are proven: whether a record is there (`lookup`), and putting it there (`publish`).

Nothing here decides anything: whether a domain is proven is the service's to say.
"""
