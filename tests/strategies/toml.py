"""Random TOML documents, with all that makes a text hard to read."""

from __future__ import annotations

from hypothesis import strategies as st

KEYS = st.text("abz-_09é .\"'\\\n#=[]", max_size=4)
SCALARS = (
    st.text("ab\"'\\\n\t#,]}=é", max_size=8)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.datetimes().map(lambda moment: moment.replace(microsecond=0))
    | st.dates()
    | st.times().map(lambda moment: moment.replace(microsecond=0))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)
