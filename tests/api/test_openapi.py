import re
from importlib import resources

import pytest

from contactcenter import api
from contactcenter.api.operation import PUBLIC


@pytest.fixture
async def document(nobody):
    return await nobody("GET", "/api/openapi.json", status=200)


def test_every_operation_declares_its_guard_and_has_a_name_of_its_own():
    operations = api.operations()

    names = [operation.name for operation in operations]
    assert len(set(names)) == len(names) > 10
    places = [(operation.method, operation.path) for operation in operations]
    assert len(set(places)) == len(places)
    public = {(o.method, o.path) for o in operations if o.roles is PUBLIC}
    assert public == {
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/password"),
        ("POST", "/api/v1/behaviour_hooks/{source}"),  # whoever can sign it
    }
    assert all(o.scope in {"read", "write", "admin", None} for o in operations)


async def test_every_operation_is_described_and_nothing_else(document):
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }

    assert described == {(o.method, o.path) for o in api.operations()}
    assert document["openapi"].startswith("3.1.")


async def test_every_reference_in_the_document_leads_somewhere(document):
    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    found = set(references(document))
    assert len(found) > 10
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


async def test_an_edit_documents_what_it_needs_and_what_it_may_answer(document):
    edit = document["paths"]["/api/v1/users/{user_id}"]["patch"]

    parameters = {(p["in"], p["name"]): p["required"] for p in edit["parameters"]}
    assert parameters == {("path", "user_id"): True, ("header", "If-Match"): True}
    assert edit["requestBody"]["required"] is True
    assert set(edit["responses"]) == {
        *("200", "401", "403", "404", "408", "409", "412", "413", "415", "422", "428", "503")
    }
    assert "ETag" in edit["responses"]["200"]["headers"]
    assert edit["security"] == [{"session": [], "csrf": []}, {"token": []}]
    assert "role `admin`" in edit["description"]


async def test_a_list_documents_its_filters(document):
    listed = document["paths"]["/api/v1/users"]["get"]

    parameters = {p["name"]: p["schema"] for p in listed["parameters"]}
    assert set(parameters) == {"limit", "cursor", "role", "state"}
    assert parameters["limit"] == {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    assert parameters["role"]["type"] == "string"
    answer = listed["responses"]["200"]["content"]["application/json"]["schema"]
    page = document["components"]["schemas"][answer["$ref"].rpartition("/")[2]]
    assert set(page["properties"]) == {"items", "next"}


async def test_secrets_are_in_no_schema_that_goes_out(document):
    for name in ("User", "ApiToken"):
        fields = document["components"]["schemas"][name]["properties"]
        assert not {"password", "password_hash", "token", "value"} & set(fields)


async def test_the_page_may_ask_nobody_but_us(nobody):
    response = await nobody.send("GET", "/api/docs")

    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "connect-src 'self'" in policy
    page = await response.text()
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith(("/api/docs/", "data:"))
    script = await nobody.send("GET", "/api/docs/docs.js")
    assert script.content_type == "text/javascript"
    assert "http" not in (await script.text()).replace("https-only", "")
    assert '"load-fonts": "false"' in await script.text()


async def test_the_drawing_script_is_served_packed_and_plain(nobody):
    path = "/api/docs/rapidoc-min.js"

    packed = await nobody.send("GET", path, headers={"Accept-Encoding": "gzip"})
    plain = await nobody.send("GET", path, headers={"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await packed.read() == await plain.read()
    assert (await nobody.send("GET", "/api/docs/README.md")).status == 404


def test_the_readme_names_the_version_that_is_served():
    static = resources.files("contactcenter.api") / "static"

    served = re.search(rb"RapiDoc (\d+\.\d+\.\d+)", (static / "rapidoc-min.js").read_bytes())

    assert served is not None
    assert f"| {served[1].decode()} |" in (static / "README.md").read_text(encoding="utf-8")


async def test_a_text_that_fits_the_document_is_taken(document):
    patterns = [value for name, value in _found(document) if name == "pattern"]

    assert len(patterns) > 20
    assert not [p for p in patterns if r"\Z" in p or r"\S" in p]
    schemas = document["components"]["schemas"]
    title = schemas["NewSavedReply"]["properties"]["title"]["pattern"]
    assert [text for text in "a \x1c\x1d\x1e\x1f\x85\ufeff" if re.search(title, text)] == [
        "a",
        "\ufeff",
    ]
    assert schemas["NewSegmentRule"]["properties"]["key"]["pattern"].endswith("$")


def _found(value):
    if isinstance(value, dict):
        for name, part in value.items():
            yield name, part
            yield from _found(part)
    elif isinstance(value, list):
        for part in value:
            yield from _found(part)
