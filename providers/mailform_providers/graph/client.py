"""The calls to Graph that domains need. Reads answer or raise; writes answer with a value for each way they can end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TypeVar, assert_never
from urllib.parse import quote

import httpx
from pydantic import BaseModel, JsonValue, ValidationError

from mailform_providers.clouds import Audience
from mailform_providers.contract import Lost
from mailform_providers.credentials import Tokens
from mailform_providers.errors import NotAllowed, ReadFailed
from mailform_providers.graph.documents import EMAIL, DnsRecordPage, Domain, DomainDocument, DomainPage, Proof
from mailform_providers.graph.outcome import Refused, read_again, refused, write_again
from mailform_providers.wire.patience import Patience, Waits
from mailform_providers.wire.reply import Broken, Delivery, Reply, Unsent, send

M = TypeVar("M", bound=BaseModel)


class GraphClient:
    """One tenant's domains. Asks for a token only when it is used. May be used from several threads."""

    def __init__(
        self,
        origin: str,
        tokens: Tokens,
        http: httpx.Client,
        patience: Patience | None = None,
        waits: Waits | None = None,
    ) -> None:
        self._origin = origin
        self._tokens = tokens
        self._http = http
        self._patience = Patience() if patience is None else patience
        self._waits = Waits() if waits is None else waits
        self._made: set[str] = set()

    def domains(self) -> tuple[Domain, ...]:
        """All domains of the tenant, proven or not. Raises ReadFailed or NotAllowed."""
        found: list[Domain] = []
        url, seen = self._url(""), set[str]()
        while True:
            seen.add(str(url))
            page = self._document(DomainPage, self._get(url))
            found += (document.domain() for document in page.value)
            if page.next_link is None:
                return tuple(found)
            url = self._following(url, page.next_link)
            if str(url) in seen:
                raise ReadFailed("Graph's list of domains goes round in a circle.")

    def domain(self, name: str) -> Domain | None:
        """One domain; None when Graph says that the tenant has none of this name. Raises ReadFailed or NotAllowed."""
        reply = self._get(self._url(name), may_miss=True)
        return None if reply is None else self._document(DomainDocument, reply).domain()

    def proof(self, name: str) -> Proof:
        """The records that prove a domain, as Graph wants them published. Raises ReadFailed or NotAllowed."""
        records = self._document(DnsRecordPage, self._lagging(name, f"{name}/verificationDnsRecords")).value
        txt = next((record for record in records if record.text), None)
        mx = next((record for record in records if record.mail_exchange), None)
        label = next((record.label for record in (txt, mx) if record is not None and record.label), name)
        return Proof(label, "" if txt is None else txt.text, "" if mx is None else mx.mail_exchange)

    def mail_exchange(self, name: str) -> str:
        """The host that the domain's MX record has to name; "" when Graph has none (yet). It is read, never computed:
        newer domains have other hosts. Raises ReadFailed or NotAllowed."""
        reply = self._get(self._url(f"{name}/serviceConfigurationRecords"), may_miss=True)
        records = () if reply is None else self._document(DnsRecordPage, reply).value
        hosts = (record.mail_exchange for record in records if record.service in (EMAIL, None))
        return next((host for host in hosts if host), "")

    def create(self, name: str) -> Domain | Refused | Lost:
        """Adds a domain to the tenant; a name is all that can be given."""
        outcome = self._write("POST", "", {"id": name})
        if isinstance(outcome, Reply):
            self._made.add(name.lower())
        return self._written_domain(outcome, f"adding {name}")

    def verify(self, name: str) -> Domain | Refused | Lost:
        """Has Graph look for the domain's DNS record now."""
        return self._written_domain(self._write("POST", f"{name}/verify", {}), f"verifying {name}")

    def set_services(self, name: str, services: tuple[str, ...]) -> Refused | Lost | None:
        """Replaces the domain's list of services; None when it was done."""
        return _done(self._write("PATCH", name, {"supportedServices": list(services)}), f"changing {name}")

    def delete(self, name: str) -> Refused | Lost | None:
        """Removes a domain for good; None when it was done. Graph refuses while anything uses it."""
        outcome = _done(self._write("DELETE", name, None), f"removing {name}")
        if outcome is None:
            self._made.discard(name.lower())
        return outcome

    def _written_domain(self, outcome: Reply | Refused | Lost, what: str) -> Domain | Refused | Lost:
        if not isinstance(outcome, Reply):
            return outcome
        try:
            return DomainDocument.model_validate_json(outcome.body).domain()
        except ValidationError:
            return Lost(f"{what} was answered with {outcome.status} and something that isn't Graph's.")

    def _write(self, method: str, path: str, body: Mapping[str, JsonValue] | None) -> Reply | Refused | Lost:
        """One write. A domain that was just made may not be there yet for the next request, so that is tried again; of
        any other domain a 404 is the truth."""
        name = path.partition("/")[0].lower()
        what = f"{method} /domains/{path}"
        try:
            for _ in self._waits.looks(self._waits.visibility_timeout if name in self._made else 0):
                delivery = self._patience.persist(lambda: self._once(method, self._url(path), body), write_again)
                if not isinstance(delivery, Reply) or delivery.status != 404:
                    break
        except NotAllowed as error:
            return Refused(401, "", error.message)
        match delivery:
            case Reply():
                if delivery.ok:
                    return delivery
                certain = (delivery.status < 500 and delivery.status != 408) or delivery.status == 503
                said = refused(delivery)
                return said if certain else Lost(f"{what} failed: {said.text}")
            case Unsent(reason):
                return Refused(0, "", f"{what} was not sent: {reason}")
            case Broken(reason):
                return Lost(f"{what} was sent and its answer got lost: {reason}")
        assert_never(delivery)

    def _lagging(self, name: str, path: str) -> Reply:
        for _ in self._waits.looks(self._waits.visibility_timeout if name.lower() in self._made else 0):
            reply = self._get(self._url(path), may_miss=True)
            if reply is not None:
                return reply
        raise ReadFailed(f"Graph has nothing at /domains/{path}.")

    def _get(self, url: httpx.URL, *, may_miss: bool = False) -> Reply | None:
        delivery = self._patience.persist(lambda: self._once("GET", url, None), read_again)
        match delivery:
            case Reply():
                if delivery.ok:
                    return delivery
                said = refused(delivery)
                if may_miss and said.status == 404 and said.code:
                    return None
                failure = NotAllowed if said.status in (401, 403) else ReadFailed
                raise failure(f"Reading {url.path} from Graph failed: {said.text}", hint=said.hint)
            case Unsent(reason) | Broken(reason):
                raise ReadFailed(
                    f"Reading {url.path} from Graph failed: {reason}", hint="Check the network, try again."
                )
        assert_never(delivery)

    def _once(self, method: str, url: httpx.URL, body: Mapping[str, JsonValue] | None) -> Delivery:
        delivery = send(self._http, self._request(method, url, body))
        refreshed = isinstance(delivery, Reply) and delivery.status == 401 and self._tokens.refresh(Audience.GRAPH)
        return send(self._http, self._request(method, url, body)) if refreshed else delivery

    def _request(self, method: str, url: httpx.URL, body: Mapping[str, JsonValue] | None) -> httpx.Request:
        headers = {
            "Authorization": f"Bearer {self._tokens.token(Audience.GRAPH)}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "client-request-id": str(uuid.uuid4()),
        }
        return self._http.build_request(method, url, json=body, headers=headers)

    def _document(self, model: type[M], reply: Reply | None) -> M:
        try:
            return model.model_validate_json(b"" if reply is None else reply.body)
        except ValidationError:
            raise ReadFailed(
                "Graph answered with something that isn't its own: a proxy's page, or cut short."
            ) from None

    def _url(self, path: str) -> httpx.URL:
        return httpx.URL(f"{self._origin}/v1.0/domains" + (f"/{quote(path, safe='/')}" if path else ""))

    def _following(self, url: httpx.URL, link: str) -> httpx.URL:
        try:
            target, home = url.join(link), httpx.URL(self._origin)
        except httpx.InvalidURL:
            raise ReadFailed("Graph's link to its next page is no URL.") from None
        if (target.scheme, target.host, target.port) != (home.scheme, home.host, home.port):
            raise ReadFailed(f"Graph's next page would be at another host, {target.host}.")
        return target


def _done(outcome: Reply | Refused | Lost, what: str) -> Refused | Lost | None:
    """What a write came to whose answer is empty. A page in its place is from something that stands between."""
    if isinstance(outcome, Reply) and outcome.body.strip()[:1] not in (b"", b"{"):
        return Lost(f"{what} was answered with {outcome.status} and something that isn't Graph's.")
    return None if isinstance(outcome, Reply) else outcome
