"""Sound files, by way of libsndfile."""

from pathlib import Path
from typing import Any

import numpy as np
import soundfile  # type: ignore[import-untyped]  # the library ships no types
from numpy.typing import NDArray

from .io_atomic import existing, replacing

FORMATS = {".wav": "WAV", ".flac": "FLAC"}
DEPTHS = {"16 bit": "PCM_16", "24 bit": "PCM_24", "float": "FLOAT"}


def read_audio(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return the samples, (frames, channels) float32 -1..1, and the rate in hertz."""
    found = existing(path)
    try:
        samples, rate_hz = soundfile.read(found, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(
            f"{path.name} cannot be read as sound: {error.error_string} Choose a WAV, FLAC, OGG or MP3 file."
        ) from None
    return samples, int(rate_hz)


def write_audio(samples: NDArray[Any], rate_hz: int, path: Path, depth: str) -> Path:
    """Write the samples and return the path; what is louder than ±1 is clipped unless `depth` is float."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path.name} must end in one of: {', '.join(FORMATS)}.")
    if depth == "float" and suffix == ".flac":
        raise ValueError("A FLAC file cannot hold float samples. Choose 24 bit, or a name that ends in .wav.")
    if not np.isfinite(samples).all():
        raise ValueError("The sound holds samples that are not numbers (NaN or infinite). Mend it before writing.")
    with replacing(path) as temporary:
        soundfile.write(temporary, samples, rate_hz, subtype=DEPTHS[depth], format=FORMATS[suffix])
    return path
