"""Signing in: from what the environment has to tokens that are renewed as long as a run takes.

Start at `choice`, which says how; `ways` is the closed list of ways as values; `tokens.SignedIn` is what the clients
get. `msal` is imported where somebody really signs in, and nowhere before. No secret, assertion or token gets into a
message, a repr or a log: they stay in a `Secret` until they are sent.
"""
