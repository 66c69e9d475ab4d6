"""One run from beginning to end: the lock, the state, reading, planning, the journal, writing.

Start reading at `workspace` (what a command works on), then `preparing` (plan), then `applying`. The only part of the
engine that holds a store and a provider at once; it prints nothing and asks nothing.
"""
