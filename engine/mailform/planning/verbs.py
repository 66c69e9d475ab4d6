"""What a single write does, in one word."""

from enum import StrEnum


class Verb(StrEnum):
    """What a single write does, as it is shown while it happens and afterwards."""

    CREATE = "create"
    UPDATE = "update"
    ENABLE = "enable"
    DISABLE = "disable"
    RENAME = "rename"
    MOVE = "move"
    DELETE = "delete"
    PUBLISH = "publish the DNS record of"
    WITHDRAW = "withdraw the DNS record of"
    VERIFY = "verify"
    VALIDATE = "validate"
    MAIL = "turn on Email for"
