"""Requests to a real server on this machine, which answers well, badly, slowly and without end."""

import hashlib
import json
import time

import pytest

import shtairir
import shtairir_blocks.web as web
from shtairir.block import definition_of
from shtairir.document import Graph
from shtairir.errors import ResourceError, RunCancelledError
from shtairir.events import RunStatus
from shtairir.policy import NodePolicy, classify, effective_policy, graph_policy
from shtairir.resources import breakers


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy stands between the tests and this machine."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_an_answer_is_text_by_the_encoding_that_the_server_names(ctx, site):
    text, status, headers = web.request(ctx, f"{site}/hello")
    assert (text, status) == ("Grüß Gott", 200)
    assert headers["content-type"] == "text/plain; charset=latin-1"


def test_json_is_read_and_the_query_is_sent(ctx, site):
    found = web.get_json(ctx, f"{site}/weather", query={"q": "a & b", "n": [1, 2], "none": None})
    assert found["city"] == "Riga"
    assert found["query"] == "q=a+%26+b&n=1&n=2"


@pytest.mark.parametrize(
    ("body", "sent", "kind"),
    [("plain ü", "plain ü", "text/plain; charset=utf-8"), ({"a": [1]}, '{"a": [1]}', "application/json")],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_body_is_sent_as_what_it_is(ctx, site, method, body, sent, kind):
    answer = json.loads(web.request(ctx, f"{site}/post", method, body=body).text)
    assert answer == {"method": method, "body": sent, "type": kind}


def test_headers_and_secrets_are_sent(ctx, site, monkeypatch):
    monkeypatch.setattr(type(ctx), "secret", lambda self, name: {"token": "s3cret"}[name])
    heard = web.get_json(ctx, f"{site}/echo", headers={"X-Mine": "yes"}, secret="token")
    assert heard["x-mine"] == "yes"
    assert heard["authorization"] == "Bearer s3cret"


def test_a_secret_that_is_not_set_is_told_and_nothing_sent(site):
    graph = Graph("secret")
    graph.add("web.get_json", url=f"{site}/echo", secret="nobody knows")
    result = shtairir.run(graph)
    assert result.nodes["get_json"].error.error_type == ResourceError.__name__


def test_a_refusal_is_an_error_in_a_sentence_unless_it_is_fine(ctx, site):
    with pytest.raises(ConnectionError, match=r"/nothing answered 404 \(Not Found\)\. It says: There is no such page"):
        web.request(ctx, f"{site}/nothing")
    with pytest.raises(ConnectionError, match="answered 500"):
        web.get_json(ctx, f"{site}/failing")
    assert web.request(ctx, f"{site}/nothing", errors_are_fine=True)[:2] == ("There is no such page.", 404)


def test_an_error_does_not_repeat_what_may_be_secret(ctx, site):
    with pytest.raises(ConnectionError) as caught:
        web.request(ctx, f"{site.replace('http://', 'http://ada:pass@')}/nothing", query={"key": "hidden"})
    assert "hidden" not in str(caught.value)
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org", "example.org", "", "javascript:alert(1)"])
def test_only_web_addresses_are_asked(ctx, url):
    with pytest.raises(ValueError, match="is not a web address"):
        web.request(ctx, url)


def test_redirects_are_followed_so_often_and_to_the_web_only(ctx, site):
    assert web.request(ctx, f"{site}/moved").text == "Grüß Gott"
    with pytest.raises(ConnectionError, match="3 redirects were followed"):
        web.request(ctx, f"{site}/ring", redirects=3)
    with pytest.raises(ConnectionError, match="no web address"):
        web.request(ctx, f"{site}/to_file")


def test_what_is_too_large_is_refused(ctx, site, tmp_path):
    with pytest.raises(ValueError, match="more than 1 MB"):
        web.request(ctx, f"{site}/large", limit=1)
    with pytest.raises(ValueError, match="more than 1 MB"):
        web.download(ctx, f"{site}/endless", tmp_path / "file", limit=1)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_json_is_refused_with_its_place(ctx, site):
    with pytest.raises(ValueError, match=r"The answer of .*/broken is not JSON"):
        web.get_json(ctx, f"{site}/broken")


@pytest.mark.parametrize("page", ["silent", "endless"])
def test_the_time_is_for_the_whole_answer(ctx, site, page):
    with pytest.raises(TimeoutError, match=r"had not answered in full after 0\.3 seconds"):
        web.request(ctx, f"{site}/{page}", timeout_s=0.3)


def test_a_server_that_is_not_there_is_named(ctx):
    with pytest.raises(ConnectionError, match=r"http://127\.0\.0\.1:9/x cannot be reached"):
        web.request(ctx, "http://127.0.0.1:9/x")


def test_a_file_is_downloaded_whole_with_progress(ctx, site, tmp_path):
    path = tmp_path / "deep" / "large.bin"
    digest = hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert web.download(ctx, f"{site}/large", path, sha256=digest) == path
    assert path.read_bytes() == b"x" * 3_000_000
    assert ctx.fractions[-1] == 1.0
    assert ctx.fractions == sorted(ctx.fractions)


def test_a_file_with_another_fingerprint_is_not_kept(ctx, site, tmp_path):
    with pytest.raises(ValueError, match="not what was expected"):
        web.download(ctx, f"{site}/large", tmp_path / "large.bin", sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_taken_as_it_is(ctx, site, tmp_path):
    path = tmp_path / "hello.txt"
    path.write_text("mine")
    assert web.download(ctx, f"{site}/hello", path).read_text() == "mine"
    with pytest.raises(ValueError, match="not what was expected"):
        web.download(ctx, f"{site}/hello", path, sha256="0" * 64)
    web.download(ctx, f"{site}/hello", path, overwrite=True)
    assert path.read_bytes() == "Grüß Gott".encode("latin-1")


@pytest.mark.parametrize("page", ["silent", "endless"])
def test_a_download_ends_when_the_run_is_cancelled(site, page, tmp_path, beginning):
    graph = Graph("cancelled")
    graph.add("web.download", url=f"{site}/{page}", path=str(tmp_path / "file"), limit=100_000)
    handle = shtairir.start(graph, instruments=[beginning])
    beginning.wait()
    time.sleep(0.3)
    handle.cancel()
    result = handle.wait(10)
    assert result.status == RunStatus.CANCELLED
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_context_ends_a_request(ctx, site):
    ctx.cancel_after = 0
    with pytest.raises(RunCancelledError):
        web.request(ctx, f"{site}/silent")


@pytest.mark.parametrize("asking", [web.request, web.download])
def test_what_may_change_something_is_not_repeated_unless_the_node_says_so(asking):
    assert effective_policy(definition_of(asking), graph_policy({}), {}).retries == 0


def test_to_ask_for_json_changes_nothing_and_is_repeated():
    assert effective_policy(definition_of(web.get_json), graph_policy({}), {}).retries == 3


def test_a_server_that_says_never_is_not_asked_again_but_one_that_says_later_is(ctx, site):
    with pytest.raises(ConnectionError) as never:
        web.request(ctx, f"{site}/nothing")
    assert classify(never.value, NodePolicy()) == "fatal"
    with pytest.raises(ConnectionError) as later:
        web.request(ctx, f"{site}/failing")
    assert classify(later.value, NodePolicy()) == "retryable"


@pytest.fixture
def circuits(site):
    """The circuit to the server of the test, closed before and after."""
    name = site.removeprefix("http://")
    breakers().reset(name)
    yield breakers().of(name)
    breakers().reset(name)


def test_a_server_that_fails_again_and_again_is_left_in_peace(site, circuits):
    graph = Graph("asking")
    for number in range(7):
        graph.add("web.get_json", id=f"n{number}", url=f"{site}/failing")
        graph.set_policy(f"n{number}", retries=0)
    result = shtairir.run(graph, workers=1)
    kinds = sorted(node.error.error_type for node in result.nodes.values())
    assert kinds == ["CircuitOpenError"] * 2 + ["ConnectionError"] * 5
    assert circuits.report().state == "open"


def test_a_page_that_is_not_there_says_nothing_of_the_server(site, circuits):
    graph = Graph("asking")
    for number in range(7):
        graph.add("web.request", id=f"n{number}", url=f"{site}/nothing")
    shtairir.run(graph, workers=1)
    assert circuits.report().state == "closed"


def test_an_address_is_built_so_that_every_sign_arrives():
    assert web.address("https://example.org/a?b=1", {"q": "ü&=", "t": True}) == (
        "https://example.org/a?b=1&q=%C3%BC%26%3D&t=true"
    )
    with pytest.raises(ValueError, match="is not a web address"):
        web.address("example.org", {})
