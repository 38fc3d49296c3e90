"""The table, the goals and the chart say what was measured."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import chart, document_sections, report
from benchmarks.rounds import Figures, Run, Statements
from benchmarks.workloads import Workload

SVG = "{http://www.w3.org/2000/svg}"


def build_run(cpu_ms: float, *, foreign: float = 0.01, rss: float = 100) -> Run:
    return Run(
        per_second=1_234,
        p50_ms=10,
        p99_ms=20,
        server_cpu_ms=cpu_ms,
        postgres_cpu_ms=0.2,
        server_busy=1,
        foreign=foreign,
        stolen=0,
        rss_mib=rss,
        requests=1_000,
        bytes_each=9_000,
    )


def build_figures(work: Workload, name: str, *runs: Run, sent: float = 3, resets: float = 1) -> Figures:
    return Figures(work=work, name=name, runs=list(runs), statements=Statements(sent=sent, resets=resets))


FIGURES = [
    build_figures(Workload.SERVICES, "mercurius", build_run(1.2)),
    build_figures(Workload.SERVICES, "apollo", build_run(3.0)),
    build_figures(Workload.SERVICES, "floor", build_run(0.4), sent=2),
    build_figures(
        Workload.SERVICES, "vitrin", build_run(0.5), build_run(0.6, foreign=0.3, rss=120), build_run(9.0)
    ),
    build_figures(Workload.LEGACY_ORDERS, "fastify", build_run(0.3)),
    build_figures(Workload.LEGACY_ORDERS, "vitrin", build_run(0.6)),
]


def test_the_table_gives_medians_ratios_and_the_worst_of_memory_and_others() -> None:
    rows = report.render_table(FIGURES).splitlines()
    (ours,) = (row for row in rows if row.startswith("| Q1 | **vitrin**"))
    assert ours == (
        "| Q1 | **vitrin** | 1,234 | 10.0 | 20.0 | 0.600 | 0.50 |  | 0.20 | 0.200 | 3 + 1 | 120 | 30% |"
    )


def test_the_table_puts_the_cheapest_first_within_a_work() -> None:
    names = [row.split("|")[2].strip() for row in report.render_table(FIGURES).splitlines()[2:]]
    assert names == ["floor", "**vitrin**", "mercurius", "apollo", "fastify", "**vitrin**"]


def test_goals_show_whether_they_are_reached() -> None:
    assert report.render_goals(FIGURES).splitlines()[2:] == [
        "| Q1: CPU at most 0.67 of mercurius's | 0.50 | yes |",
        "| Q3: CPU at most 1.30 of fastify's | 2.00 | no |",
        "| Q1: statements at most 1.00 of the floor's | 1.50 | no |",
    ]


def test_the_chart_draws_each_bar_in_proportion_and_ours_apart() -> None:
    picture = ET.fromstring(
        chart.render_svg({"A & B": [("slow", 4.0), ("vitrin", 1.0)]}, highlighted="vitrin", unit="ms")
    )
    ours, slow = picture.findall(f"{SVG}rect")[1:]
    assert (ours.get("class"), slow.get("class")) == ("bar ours", "bar")
    assert float(ours.attrib["width"]) * 4 == pytest.approx(float(slow.attrib["width"]), abs=0.4)
    texts = [text.text for text in picture.findall(f"{SVG}text")]
    assert texts == ["A & B", "vitrin", "1.00 ms", "slow", "4.00 ms"]


def test_a_chart_of_the_figures_has_a_panel_for_each_work_that_was_measured() -> None:
    picture = ET.fromstring(report.render_chart(FIGURES))
    titles = [text.text or "" for text in picture.findall(f"{SVG}text") if text.get("class") == "title"]
    assert [title[:2] for title in titles] == ["Q1", "Q3"]


def test_a_section_is_exchanged_and_the_rest_of_the_document_stays(tmp_path: Path) -> None:
    begin, end = document_sections.get_markers("figures")
    document = tmp_path / "performance.md"
    document.write_text(f"# P\n\n{begin}\nold\n{end}\n\nafter\n", encoding="utf-8")

    document_sections.write_section("figures", "new", document=document)
    document_sections.write_section("figures", "newer\n", document=document)

    assert document.read_text(encoding="utf-8") == f"# P\n\n{begin}\n\nnewer\n\n{end}\n\nafter\n"


def test_a_section_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no section"):
        document_sections.replace_section("# P\n", "figures", "new")
