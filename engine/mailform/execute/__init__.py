"""Doing what a plan says: the only part of the engine that writes to a tenant.

Start reading at `run`: a generator that yields journal entries and is suspended until they are durable, so that no
request can leave before its intent is. `perform` does one operation, `lost` finds out about answers that didn't come,
`undo` takes a run back, `verify` reads again.
"""
