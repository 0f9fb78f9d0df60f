"""What a pane is handed: the office, the door for jobs, prompts, words, the look and the calendar. Made once, by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.ui.messages import Say, no_words
from desktop.ui.wording import Calendar, system_now

if TYPE_CHECKING:
    from desktop.ui.jobs import Jobs
    from desktop.ui.look import Look
    from desktop.ui.office import OfficeDesk
    from desktop.ui.prompts import Prompts


@dataclass(slots=True)
class Bench:
    """Shared by the panes of one window. ``calendar`` takes the entity's zone once the status is known."""

    office: OfficeDesk
    jobs: Jobs
    prompts: Prompts
    look: Look
    say: Say = no_words
    calendar: Calendar = field(default_factory=lambda: Calendar("America/La_Paz", system_now))
