"""A client of a sandbox that knows nothing but the wire: what a stranger with httpx would write."""

from __future__ import annotations

from typing import Any

import httpx

from mailform_providers.sandbox import EXCHANGE, GRAPH, Sandbox

TAG = "#Exchange.GenericHashTable"
HOST = "https://outlook.office365.com"


class Wired:
    def __init__(self, sandbox: Sandbox, **headers: str) -> None:
        self.sandbox = sandbox
        self.url = f"{HOST}/adminapi/beta/{sandbox.tenant_id}/InvokeCommand"
        self.http = httpx.Client(transport=sandbox.transport(), headers=headers)
        self._exchange = {"Authorization": f"Bearer {sandbox.token(EXCHANGE)}"}
        self._graph = {"Authorization": f"Bearer {sandbox.token(GRAPH)}"}

    def call(self, cmdlet: str, **parameters: object) -> httpx.Response:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        return self.http.post(self.url, json=body, headers=self._exchange)

    def objects(self, cmdlet: str, **parameters: object) -> list[dict[str, Any]]:
        answer = self.call(cmdlet, **parameters)
        assert answer.status_code == 200, answer.text
        return [{key: row[key] for key in row if "@" not in key} for row in answer.json()["value"]]

    def one(self, cmdlet: str, **parameters: object) -> dict[str, Any]:
        (found,) = self.objects(cmdlet, **parameters)
        return found

    def graph(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self.http.request(method, f"https://graph.microsoft.com/v1.0{path}", headers=self._graph, json=body)


def refusal(answer: httpx.Response) -> str:
    """The type and text of a cmdlet's failure in envelope B, without the hash."""
    error = answer.json()["error"]
    assert error["message"] == "Error executing cmdlet"
    return str(error["details"][0]["message"]).partition("|")[2]


def warnings(answer: httpx.Response) -> list[str]:
    found: list[str] = answer.json()["@adminapi.warnings"]
    return found
