"""Taking over what a tenant has: its objects as the configuration that a person would have written.

Start reading at `adopt`, or at `drifted` for what somebody changed of what is managed already. `document` writes,
`proving` shows that nothing would change, `choosing` says what can be taken at all. Nothing here reads a file or a
tenant, or writes either.
"""
