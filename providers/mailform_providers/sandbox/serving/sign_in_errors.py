"""How the sign-in authority says no: an OAuth error with Entra's AADSTS number and text, raised as `Denied`.

Numbers: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
"""

from __future__ import annotations

from uuid import uuid4

from mailform_providers.sandbox.wire import Answer, encoded

JSON = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store, no-cache"}


class Denied(Exception):
    """No token. `error` is OAuth's word, `number` Entra's."""

    def __init__(self, error: str, number: int, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.number = number
        self.text = text
        self.status = status


def denial(denied: Denied, now: str) -> Answer:
    """The answer. `now` as in the service's texts."""
    trace, correlation = str(uuid4()), str(uuid4())
    moment = f"{now[:10]} {now[11:19]}Z"
    text = f"AADSTS{denied.number}: {denied.text}"
    body = {
        "error": denied.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}",
        "error_codes": [denied.number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={denied.number}",
    }
    return Answer(denied.status, encoded(body), JSON)


def unknown_tenant(name: str) -> Denied:
    text = f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the"
    return Denied(
        "invalid_tenant", 90002, f"{text} correct cloud. This may happen if there are no active subscriptions."
    )


def unknown_application(client: str, tenant: str) -> Denied:
    text = f"Application with identifier '{client}' was not found in the directory '{tenant}'. You may have sent your"
    return Denied("unauthorized_client", 700016, f"{text} authentication request to the wrong tenant.")


def wrong_secret(client: str) -> Denied:
    text = "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value,"
    text = f"{text} not the client secret ID, for a secret added to app '{client}'."
    return Denied("invalid_client", 7000215, text, 401)


def no_credential() -> Denied:
    text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    return Denied("invalid_client", 7000218, text, 401)


def bad_assertion(why: str) -> Denied:
    return Denied("invalid_client", 700027, f"Client assertion failed signature validation. [Reason - {why}]", 401)


def untimely_assertion() -> Denied:
    return Denied("invalid_client", 700024, "Client assertion is not within its valid time range.", 401)


def misdirected_assertion() -> Denied:
    return Denied("invalid_client", 700023, "Client assertion audience claim does not match Realm issuer.", 401)


def foreign_assertion() -> Denied:
    text = "Client assertion application identifier doesn't match 'client_id' parameter."
    return Denied("invalid_client", 700021, text, 401)


def no_federation(claim: str, value: object) -> Denied:
    number = {"issuer": 700211, "audience": 700212, "subject": 700213}[claim]
    text = f"No matching federated identity record found for presented assertion {claim} '{value}'."
    return Denied("invalid_client", number, text, 401)


def unknown_resource(name: str, tenant: str) -> Denied:
    text = f"The resource principal named {name} was not found in the tenant named {tenant}."
    return Denied("invalid_resource", 500011, text)


def bad_scope(scope: str) -> Denied:
    text = f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with"
    return Denied(
        "invalid_scope", 1002012, f"{text} /.default suffixed to the resource identifier (application ID URI)."
    )


def bad_grant(grant: str) -> Denied:
    return Denied("unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant}'.")


def pending() -> Denied:
    text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    return Denied("authorization_pending", 70016, text)


def unknown_code() -> Denied:
    text = "The provided authorization code or refresh token is expired, revoked or was never issued."
    return Denied("invalid_grant", 70000, text)


def passing(text: str, status: int) -> Denied:
    return Denied("temporarily_unavailable", 90033, text, status)
