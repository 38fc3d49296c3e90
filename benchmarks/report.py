"""The figures as people read them: a table, the goals, a chart."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks import chart
from benchmarks.contestants import OURS
from benchmarks.rounds import Figures, Run
from benchmarks.workloads import MEANINGS, Workload

_REFERENCES = ("mercurius", "fastify", "apollo")
_HEAD = (
    "| work | server | requests/s | p50 ms | p99 ms | CPU ms a request | ÷ Mercurius | ÷ Fastify | ÷ Apollo "
    "| PostgreSQL ms | statements + resets | RSS MiB | others' CPU |"
)


def render_table(figures: Sequence[Figures]) -> str:
    """Markdown; within a workload, sorted by CPU time."""
    rows = [_HEAD, "|---|---|" + "--:|" * 11]
    for work in Workload:
        of_work = [one for one in figures if one.work is work]
        rows += [_render_row(one, of_work) for one in sorted(of_work, key=lambda one: one.server_cpu_ms)]
    return "\n".join(rows)


def _render_row(one: Figures, of_work: Sequence[Figures]) -> str:
    name = f"**{one.name}**" if one.name == OURS else one.name
    ratios = [_format_ratio(one, _find_by_name(of_work, reference)) for reference in _REFERENCES]
    values = [
        f"{one.median(lambda run: run.per_second):,.0f}",
        f"{one.median(lambda run: run.p50_ms):.1f}",
        f"{one.median(lambda run: run.p99_ms):.1f}",
        f"{one.server_cpu_ms:.3f}",
        *ratios,
        f"{one.median(lambda run: run.postgres_cpu_ms):.3f}",
        f"{one.statements.sent:g} + {one.statements.resets:g}",
        f"{_get_maximum(one, lambda run: run.rss_mib):.0f}",
        f"{_get_maximum(one, lambda run: run.foreign):.0%}",
    ]
    return f"| {one.work} | {name} | " + " | ".join(values) + " |"


def _get_maximum(one: Figures, figure: Callable[[Run], float]) -> float:
    return max(map(figure, one.runs))


def _find_by_name(figures: Sequence[Figures], name: str) -> Figures | None:
    return next((one for one in figures if one.name == name), None)


def _format_ratio(one: Figures, reference: Figures | None) -> str:
    return "" if reference is None else f"{one.server_cpu_ms / reference.server_cpu_ms:.2f}"


def render_goals(figures: Sequence[Figures]) -> str:
    """Markdown: each goal covered by these figures and whether it is reached; empty if there is none."""
    rows = [
        f"| {goal} | {measured:.2f} | {'yes' if reached else 'no'} |"
        for goal, measured, reached in _evaluate_goals(figures)
    ]
    return "\n".join(["| goal | measured | reached |", "|---|--:|---|", *rows]) if rows else ""


def _evaluate_goals(figures: Sequence[Figures]) -> Iterator[tuple[str, float, bool]]:
    by_place = {(one.work, one.name): one for one in figures}
    for work, name, maximum in (
        (Workload.SERVICES, "mercurius", 1 / 1.5),
        (Workload.ORDERS, "mercurius", 1 / 1.5),
        (Workload.LEGACY_ORDERS, "fastify", 1.3),
        (Workload.CREATE_ORDER, "apollo", 1.0),
    ):
        ours, theirs = by_place.get((work, OURS)), by_place.get((work, name))
        if ours and theirs:
            ratio = ours.server_cpu_ms / theirs.server_cpu_ms
            yield f"{work}: CPU at most {maximum:.2f} of {name}'s", ratio, ratio <= maximum
    for work in (Workload.SERVICES, Workload.ORDERS, Workload.LEGACY_ORDERS):
        ours, floor = by_place.get((work, OURS)), by_place.get((work, "floor"))
        if ours and floor:
            ratio = ours.statements.sent / floor.statements.sent
            yield f"{work}: statements at most 1.00 of the floor's", ratio, ratio <= 1


def render_chart(figures: Sequence[Figures]) -> str:
    """SVG: CPU milliseconds a request, by work."""
    panels = {
        f"{work}: {MEANINGS[work]}": [(one.name, one.server_cpu_ms) for one in figures if one.work is work]
        for work in Workload
    }
    return chart.render_svg(
        {title: bars for title, bars in panels.items() if bars}, highlighted=OURS, unit="ms"
    )


def render_section(figures: Sequence[Figures], machine: Mapping[str, str], *, picture: str, note: str) -> str:
    """Markdown for docs/performance.md."""
    meanings = "\n".join(f"- {work}: {meaning}" for work, meaning in MEANINGS.items())
    particulars = "; ".join(f"{name} {value}" for name, value in machine.items())
    rounds = max(len(one.runs) for one in figures)
    return (
        f"![CPU milliseconds a request]({picture})\n\n{meanings}\n\n{render_table(figures)}\n\n"
        f"{render_goals(figures)}\n\n"
        f"Medians of {rounds} round{'s' if rounds > 1 else ''}; {note}\n\n{particulars}."
    )
