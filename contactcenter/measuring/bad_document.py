"""Why a document of events cannot be measured."""


class BadDocument(ValueError):
    """What cannot be measured; the text begins with the place, such as ``ask[0].metric``."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(f"{place}: {detail}")
        self.place = place
        self.detail = detail
