"""The command line: the only part that prints, reads argv, the environment and the clock.

A file a command; `main` puts them together, `common` has the options that all share, `desk` what they work with.
Each command imports what it needs when it runs, so that `version` and `validate` start at once.
"""
