"""Plan, apply and import for Exchange Online mail flow.

Start reading at `wanted` (what a configuration says), then `planning.steps` and `planning.plan` (what to change),
then `execute` (doing it) and `rollback` (taking it back). `session` ties a run together; `cli` is the command line.
"""

__version__ = "0.1.0"
