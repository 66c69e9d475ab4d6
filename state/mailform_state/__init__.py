"""What Mailform knows: values, the state document, the journal, and where they are kept.

Start reading at `values` (what a state is), then `journal` (how it changes), then `store` (how it lasts; `local` is the
one on the disk). Nothing here knows of Exchange, of a plan or of a command line.
"""
