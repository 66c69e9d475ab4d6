"""What holds of domains, from made to known to gone. They need a tenant where a made-up domain is proven at once."""

from __future__ import annotations

from mailform_providers.conformance.check import Bench, Check, check, done, expect
from mailform_providers.conformance.samples import companions, samples
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.normal import Directory, same

_NAME = "s5hg3dcg14h8s1r2303rzhm4rx.smtp.contososignatureservice.com"


def _see(bench: Bench) -> Observed:
    return bench.see(ACCEPTED_DOMAIN, _NAME)


def _make(bench: Bench) -> None:
    made = done(bench.provider.create(ACCEPTED_DOMAIN, {"domain": _NAME.upper()}))
    bench.made.append((ACCEPTED_DOMAIN, made.id))
    expect(made.id == _NAME, f"the domain's id is {made.id}")


def _finish(bench: Bench) -> None:
    _make(bench)
    done(bench.provider.update(ACCEPTED_DOMAIN, _NAME, {"verified": True}))
    done(bench.provider.update(ACCEPTED_DOMAIN, _NAME, {"email": True}))


def a_tenant_has_its_initial_domain(bench: Bench) -> None:
    domains = bench.provider.read(ACCEPTED_DOMAIN).objects
    initial = [seen for seen in domains if seen.facts["initial"]]
    expect(len(initial) == 1, f"{len(initial)} domains are the initial one")
    expect(all(initial[0].facts[name] is True for name in ("verified", "email", "known")), "it isn't finished")


def a_domain_that_is_not_there_is_none(bench: Bench) -> None:
    expect(bench.provider.find(ACCEPTED_DOMAIN, "nobody.example") is None, "nobody.example was found")


def a_new_domain_says_what_to_publish(bench: Bench) -> None:
    _make(bench)
    seen = _see(bench)
    expect(seen.facts["verified"] is False and seen.facts["known"] is False, "a new domain is proven")
    expect(bool(seen.facts.get("verification_txt")), "there is no TXT record to publish")
    expect(bool(seen.facts.get("verification_mx")), "there is no MX record to publish")


def a_domain_is_proven_served_and_known(bench: Bench) -> None:
    _finish(bench)
    seen = _see(bench)
    expect(
        all(seen.facts[name] is True for name in ("verified", "email", "known")), f"its facts are {dict(seen.facts)}"
    )
    expect(bool(seen.facts.get("mail_exchange")), "nothing says where its mail goes")


def a_finished_domain_takes_mail_attributes(bench: Bench) -> None:
    _finish(bench)
    for attribute in KINDS[ACCEPTED_DOMAIN].writable:
        if not attribute.update:
            continue
        for value in samples(attribute):
            done(bench.provider.update(ACCEPTED_DOMAIN, _NAME, {**companions(attribute), attribute.name: value}))
            shown = _see(bench).attributes.get(attribute.name)
            expect(same(attribute, value, shown, Directory()), f"{attribute.name} {value!r} came back as {shown!r}")


def a_deleted_domain_is_gone(bench: Bench) -> None:
    _finish(bench)
    done(bench.provider.update(ACCEPTED_DOMAIN, _NAME, {"email": False}))
    done(bench.provider.delete(ACCEPTED_DOMAIN, _NAME))
    expect(bench.provider.find(ACCEPTED_DOMAIN, _NAME) is None, "a deleted domain is still there")


DOMAINS: tuple[Check, ...] = tuple(
    map(
        check,
        (
            a_tenant_has_its_initial_domain,
            a_domain_that_is_not_there_is_none,
            a_new_domain_says_what_to_publish,
            a_domain_is_proven_served_and_known,
            a_finished_domain_takes_mail_attributes,
            a_deleted_domain_is_gone,
        ),
    )
)
