"""A run as long as is wanted: prints what came of it, and ends with 1 where an answer was wrong."""

import argparse
import secrets
import tempfile
from pathlib import Path

from tests.fixtures import new_token
from tests.live_servers import LiveServer
from tests.schemathesis.graphql import check_graphql
from tests.schemathesis.rest import check_rest


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.schemathesis", description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=2_000, help="requests to make up for each description"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="repeats a run")
    arguments = parser.parse_args()
    failed = False
    for name, check in (("REST", check_rest), ("GraphQL", check_graphql)):
        with tempfile.TemporaryDirectory() as folder, LiveServer(Path(folder), LOG_LEVEL="WARNING") as server:
            report = check(server, new_token(server), examples=arguments.examples, seed=arguments.seed)
        print(f"{name}: {report.answers.total()} requests, seed {arguments.seed}")
        for outcome, count in report.outcomes().most_common():
            print(f"  {count:6} {outcome}")
        print(*report.failures, sep="\n\n")
        failed = failed or bool(report.failures)
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
