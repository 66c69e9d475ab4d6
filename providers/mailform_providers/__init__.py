"""What Mailform can touch: the kinds of object as data, and the services that hold them.

Start reading at `contract` (the few verbs), then `kinds` (the attribute tables), then `exchange` (the real service)
and `sandbox` (a tenant in the process). Nothing here knows of a plan or decides anything.
"""
