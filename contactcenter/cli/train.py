"""``contactcenter train``: learns anew what a model ships with."""

from pathlib import Path

import click


@click.group()
def train() -> None:
    """Learn from labelled examples; needs the extra `train`."""


@train.command("temperament")
@click.option(
    "--lines",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="A directory of labelled lines (*.jsonl).",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file of weights to write.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of chance in altered copies.")
def temperament(*, directory: Path, out: Path, seed: int) -> None:
    """Learn to tell temperaments; the same lines and seed give the same file, byte for byte."""
    try:
        from contactcenter.training.learning import learn  # noqa: PLC0415 - needs NumPy
        from contactcenter.training.lines import UnfitLines, read_lines  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"{missing.name} is missing: install contactcenter[train]"
        ) from missing
    try:
        lines = read_lines(directory)
        learned = learn(lines, seed, lambda told: click.echo(told, err=True))
    except UnfitLines as error:
        raise click.ClickException(str(error)) from error
    out.write_bytes(learned.packed)
    click.echo(f"{out}: {len(learned.packed):,} bytes from {len(lines):,} lines")
