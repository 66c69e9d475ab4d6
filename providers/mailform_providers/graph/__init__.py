"""Microsoft Graph, as far as domains need it: made, proven and given their services there.

`client` has the calls, `documents` the shapes of Graph's JSON, `outcome` how a call can end.
"""
