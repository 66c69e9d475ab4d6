"""From TOML files to what is wanted, with every mistake gathered on the way.

Start reading at `load`. Nothing here touches the network, the environment or the clock.
"""
