"""A Hugging Face Hub on this machine: repositories in memory, as huggingface_hub asks for them."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

HASH = "0123456789abcdef0123456789abcdef01234567"


class FakeHub(ThreadingHTTPServer):
    """Files by repository; ``asked`` is what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.private: list[Any] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _send(self, status: int, data: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _json(self, value: Any) -> None:
        self._send(200, json.dumps(value).encode(), Content_Type="application/json")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        parts = path.strip("/").split("/")
        name = "/".join(parts[2:4] if parts[0] == "api" else parts[:2])
        files = self.server.repositories.get(name)
        if files is None:
            self._send(404, b'{"error": "Repository not found"}', X_Error_Code="RepoNotFound")
        elif parts[0] == "api" and "tree" in parts:
            self._json([{"type": "file", "path": n, "size": len(d), "oid": _etag(d)} for n, d in files.items()])
        elif parts[0] == "api":
            siblings = [{"rfilename": file} for file in files]
            self._json({"id": name, "modelId": name, "sha": HASH, "siblings": siblings, "tags": [], "private": False})
        elif (data := files.get("/".join(parts[4:]))) is not None:
            self._send(200, data, ETag=f'"{_etag(data)}"', X_Repo_Commit=HASH)
        else:
            self._send(404, b"", X_Error_Code="EntryNotFound")

    def do_POST(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"POST {path}")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = path.strip("/").split("/")
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = "/".join(filter(None, (asked.get("organization"), asked["name"])))
            self.server.private.append(asked.get("private") or asked.get("visibility") == "private")
            self.server.repositories.setdefault(name, {})
            self._json({"url": f"{self.server.endpoint}/{name}", "name": name})
            return
        if path == "/api/validate-yaml":
            self._json({"errors": [], "warnings": []})
            return
        files = self.server.repositories["/".join(parts[2:4])]
        if "preupload" in parts:
            names = [file["path"] for file in json.loads(body)["files"]]
            self._json({"files": [{"path": n, "uploadMode": "regular", "shouldIgnore": False} for n in names]})
        elif "commit" in parts:
            for line in body.splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    files[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
            url = f"{self.server.endpoint}/{'/'.join(parts[2:4])}/commit/{HASH}"
            self._json({"commitUrl": url, "commitOid": HASH, "success": True})
        else:
            self._send(404)


def _etag(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join(10)
