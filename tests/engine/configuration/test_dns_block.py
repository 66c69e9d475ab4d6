"""`[dns]`: the zone in which proofs may be published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailform.configuration.editor_schema import schema
from mailform.configuration.fixed import LexiconShape, Rfc2136Shape
from mailform.wanted import resolve
from mailform.zone import Lexicon, Rfc2136, covering
from mailform_state.address import Address
from writing import configured, mistakes, only

UPDATED = '[dns]\ntype = "rfc2136"\nzone = "Contoso.com."\nserver = "ns1.contoso.com"\nkey_name = "mailform"\n'
HOSTED = '[dns]\ntype = "lexicon"\nzone = "bücher.example"\nprovider = "cloudflare"\n'


def test_a_zone_that_takes_updates_has_a_server_and_a_key() -> None:
    assert configured(UPDATED).dns == Rfc2136("contoso.com", "ns1.contoso.com", 53, "mailform", "hmac-sha256")
    more = 'port = 5353\nalgorithm = "hmac-sha512"\n'
    assert configured(UPDATED + more).dns == Rfc2136("contoso.com", "ns1.contoso.com", 5353, "mailform", "hmac-sha512")
    assert configured(HOSTED).dns == Lexicon("xn--bcher-kva.example", "cloudflare")
    assert configured("").dns is None


@pytest.mark.parametrize(
    ("block", "code", "hint"),
    [
        ("[dns]\n", "unknown-value", "rfc2136"),
        ('[dns]\ntype = "RFC-2136"\n', "unknown-value", "did you mean `rfc2136`?"),
        ("[dns]\ntype = 1\n", "unknown-value", "rfc2136"),
        (UPDATED.replace("zone", "zones"), "missing-attribute", "zone"),
        (UPDATED.replace("Contoso.com.", "contoso"), "bad-zone", "contoso.com"),
        (UPDATED.replace("Contoso.com.", "${var.zone}"), "bad-zone", ""),
        (UPDATED.replace("ns1.contoso.com", "ns1:53"), "bad-server", "`port`"),
        (UPDATED.replace('"ns1.contoso.com"', '"${var.server}"'), "bad-server", ""),
        (UPDATED + "port = 0\n", "bad-port", "65535"),
        (UPDATED + "port = 53.5\n", "bad-port", "65535"),
        (UPDATED + 'port = "53"\n', "wrong-type", "number"),
        (UPDATED.replace('"mailform"', '"a b"'), "bad-key-name", "name"),
        (UPDATED + 'algorithm = "hmac-md5"\n', "unknown-value", "hmac-sha256"),
        (UPDATED + 'provider = "cloudflare"\n', "unknown-attribute", ""),
        (HOSTED.replace("cloudflare", "Cloud Flare"), "bad-provider", "cloudflare"),
        (HOSTED + 'server = "a"\n', "unknown-attribute", ""),
        (UPDATED + 'secret = "c2VjcmV0"\n', "secret-in-file", "MAILFORM_DNS_TSIG_SECRET"),
        (HOSTED + 'auth_token = "c2VjcmV0"\n', "secret-in-file", "LEXICON"),
    ],
)
def test_a_wrong_zone_is_a_mistake_with_a_remedy(block: str, code: str, hint: str) -> None:
    found = [one for one in mistakes(block) if one.code != "unknown-attribute" or code == "unknown-attribute"]
    assert only(tuple(found)).code == code
    assert hint in found[0].hint
    assert found[0].position is not None
    assert "c2VjcmV0" not in found[0].message + found[0].hint + found[0].position.text


def test_a_proof_is_published_for_domains_in_the_zone_alone() -> None:
    domains = "".join(
        f'[accepted_domain.{name}]\ndomain = "{domain}"\n'
        for name, domain in {"top": "CONTOSO.com", "below": "mail.contoso.com", "other": "notcontoso.com"}.items()
    )
    wanted = resolve(configured(UPDATED + domains), {})
    zones = {name: wanted[Address("accepted_domain", name)].dns_zone for name in ("top", "below", "other")}
    assert zones == {"top": "contoso.com", "below": "contoso.com", "other": ""}
    assert {one.dns_zone for one in resolve(configured(domains), {}).values()} == {""}


@given(st.text("ab.", min_size=1, max_size=6))
def test_a_zone_covers_itself_and_what_ends_in_it_after_a_dot(domain: str) -> None:
    zone = Rfc2136("a.b", "s", 53, "k", "hmac-sha256")
    covers = domain.rstrip(".") == "a.b" or domain.rstrip(".").endswith(".a.b")
    assert covering(zone, domain) == ("a.b" if covers else "")


def test_the_editor_knows_every_field() -> None:
    properties = schema()["properties"]
    assert isinstance(properties, dict)
    known = {field.name for shape in (Rfc2136Shape, LexiconShape) for field in shape.fields}
    assert known == properties["dns"]["properties"].keys()
