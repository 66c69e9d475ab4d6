"""Deciding what to change: pure functions of (wanted, recorded, observed, kinds). Nothing here calls anything.

Start reading at `steps` (what a plan consists of), then `plan` (how it is made), `order` (the rules' order),
`operations` (steps cut into single writes) and `schedule` (in which waves they run).
"""
