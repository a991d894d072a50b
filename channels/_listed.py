"""Settings that hold several values, as they are written: with commas between them."""


def listed(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated list, without the blanks around them; none is empty."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
