"""The real service: Exchange Online's admin endpoint, over HTTP.

Start reading at `client` (one cmdlet, and how it ended), then `records` (the wire's objects and ours), then `provider`
(the contract's verbs). `answers` has the shapes that Exchange answers with. The endpoint is undocumented, so what we
know of it stays in this folder.
"""
