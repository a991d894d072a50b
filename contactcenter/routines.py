"""What is done now and then, whatever anybody asks: each a worker; a new one goes here."""

import random
from collections.abc import Callable

from contactcenter.alert_keeper import AlertKeeper, Outside
from contactcenter.alerting.webhooks import Webhooks
from contactcenter.api.services import Services
from contactcenter.behaviour_keeper import BehaviourKeeper
from contactcenter.db import Database
from contactcenter.dispatch.dispatcher import Dispatcher
from contactcenter.notice_writer import NoticeWriter
from contactcenter.report_keeper import ReportKeeper
from contactcenter.segment_keeper import SegmentKeeper
from contactcenter.survey_sender import SurveySender
from contactcenter.tasks import Worker
from contactcenter.time_zones import zone_of
from contactcenter.upkeep import Upkeep


def workers(
    services: Services,
    database: Database,
    dispatcher: Dispatcher,
    *,
    holder: str,
    chance: random.Random,
    is_busy: Callable[[], bool],
) -> list[Worker]:
    """Its workers; ``is_busy`` tells whether messages wait to be stored, which come first."""
    bell, settings, keys = services.bell, services.settings, services.secret_keys.derived
    zone = zone_of(settings.report_zone)
    outside = Outside(
        channels=services.channels,
        webhooks=Webhooks(settings.webhook_hosts),
        keys=keys,
        chance=chance,
    )
    return [
        SegmentKeeper(database).run,
        Upkeep(database, holder=holder).run,
        NoticeWriter(database, bell, services.channels).run,
        SurveySender(
            database, bell, services.channels, public_url=settings.public_url, keys=keys
        ).run,
        AlertKeeper(database, bell, outside, today=services.today, zone=zone, holder=holder).run,
        BehaviourKeeper(database, dispatcher, holder=holder).run,
        ReportKeeper(database, holder=holder, zone=zone, is_busy=is_busy).run,
    ]
