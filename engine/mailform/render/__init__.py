"""The last step, and a pure one: values become text, or the JSON that says the same.

Start reading at `plan_text` and `plan_json`, which are twins; `report` shows how a run ended. Every name, value or
message that came from a tenant or a file goes through `escape.shown`. Nothing here prints, reads the clock or looks at
the environment: only `mailform.cli` does.
"""
