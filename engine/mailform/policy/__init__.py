"""What a team allows of a plan: small rules in `policies/*.toml`, and programs of their own.

`reading` makes rules of files, `judging` says what they find in a plan, `program` asks a program. A policy only ever
speaks against a plan; it changes none.
"""
