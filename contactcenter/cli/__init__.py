"""The commands. Each has ``--help``, prints progress on long work and exits non-zero on failure."""

import click

from contactcenter.cli.channels import show_channels
from contactcenter.cli.demo import demo
from contactcenter.cli.doctor import doctor
from contactcenter.cli.migrate import migrate_database
from contactcenter.cli.quarantine import quarantine
from contactcenter.cli.report import report
from contactcenter.cli.serve import serve
from contactcenter.cli.user import user


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="contactcenter")
def main() -> None:
    """Run a contact centre: one timeline per person, one owner per problem."""


for command in (serve, demo, migrate_database, doctor, show_channels, user, report, quarantine):
    main.add_command(command)
