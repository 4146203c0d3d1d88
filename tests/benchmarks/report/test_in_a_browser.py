"""The page in a browser that no script and no request leaves."""

import json
import shutil
import subprocess

import pytest

from causal_dag.benchmarks.report import write_report

NAMES = ("chromium", "chromium-browser", "google-chrome")
OWN = "<script>document.title='owned'</script><img src='http://127.0.0.1:9/x' onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser():
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    return found


def opened(browser, page, folder, *options):
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}",
        *options, page.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.fixture(scope="module")
def page(browser, make_records, fail, tmp_path_factory):
    records = make_records()
    records["solver"] = records["solver"].replace("topo", OWN)
    records = fail(records, records["seed"] == 3, "failed", OWN)
    path = tmp_path_factory.mktemp("report") / "report.html"
    return write_report(records, path, title="Small world")[0]


def test_tables_and_pictures_are_there_and_nothing_ran_or_left(browser, page, tmp_path):
    log = tmp_path / "network.json"
    dom = opened(browser, page, tmp_path, "--dump-dom", f"--log-net-log={log}")
    assert "<title>Small world</title>" in dom
    assert dom.count("<table") > 10
    assert dom.count('role="img"') >= 4
    assert "<script" not in dom
    assert "<img" not in dom
    assert "&lt;script&gt;document.title" in dom
    requests = [
        event["params"]["url"]
        for event in json.loads(log.read_text())["events"]
        if "url" in event.get("params", {})
    ]
    assert not [url for url in requests if "127.0.0.1:9" in url]


def test_it_can_be_drawn_on_a_narrow_screen(browser, page, tmp_path):
    picture = tmp_path / "page.png"
    opened(browser, page, tmp_path, f"--screenshot={picture}", "--window-size=400,900")
    assert picture.stat().st_size > 10_000
