"""Pictures on disk ↔ (height, width[, 3 or 4]) float32, sRGB-encoded, 0..1.

Whatever the file holds (palette, grey, alpha, 16 bit, CMYK, another colour profile, a camera's turn
flag), one of three shapes comes out: grey, colour, colour with alpha.
"""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from .io_atomic import existing, replacing

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
}
_NO_ALPHA = ("JPEG", "BMP")
_LOSSY = ("JPEG", "WEBP")


def read_image(path: Path, stretch: bool) -> NDArray[np.float32]:
    """Return the picture (of several pages the first), upright and in sRGB.

    With `stretch` the darkest value becomes 0 and the brightest 1. Files of plain numbers (32 bit
    integers, floats beyond 0..1) can be read only so, since they do not say what white is.
    """
    found = existing(path)
    try:
        with Image.open(found) as file:
            white = _white(file)
            picture = ImageOps.exif_transpose(_in_srgb(file))
            pixels = _pixels(picture)
    except UnidentifiedImageError:
        raise ValueError(
            f"{path.name} is not a picture that can be read. Choose a PNG, JPEG, TIFF or WebP file."
        ) from None
    except Image.DecompressionBombError:
        raise ValueError(f"{path.name} is too large: more than 178 million pixels. Scale it down first.") from None
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path.name} is damaged or cut short ({error}). Make the file again.") from None
    return _scaled(pixels, white, stretch, path.name)


def _white(file: Image.Image) -> float | None:
    """Return the number that means white, or None where the file does not say."""
    if file.mode.startswith("I;16") or (file.mode == "I" and file.format in ("PNG", "PPM")):
        return 65535.0
    return None if file.mode in ("I", "F") else 255.0


def _in_srgb(file: Image.Image) -> Image.Image:
    profile = file.info.get("icc_profile")
    if not profile or file.mode not in ("RGB", "RGBA", "CMYK"):
        return file
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = "RGBA" if file.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(file, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except (ImageCms.PyCMSError, OSError):
        return file  # a broken profile is no reason to refuse the picture: most viewers ignore it too
    if converted is None:
        return file
    # The turn flag is read from the copy later on.
    converted.info["exif"] = file.getexif().tobytes()
    return converted


def _pixels(picture: Image.Image) -> NDArray[Any]:
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return np.asarray(picture)
    if "transparency" in picture.info or picture.mode in ("LA", "La", "PA", "RGBa"):
        return np.asarray(picture.convert("RGBA"))
    if picture.mode == "1":
        return np.asarray(picture.convert("L"))
    if picture.mode in ("L", "RGB", "RGBA"):
        return np.asarray(picture)
    return np.asarray(picture.convert("RGB"))


def _scaled(pixels: NDArray[Any], white: float | None, stretch: bool, name: str) -> NDArray[np.float32]:
    values = pixels.astype(np.float32)
    if not stretch:
        if white is None and (values.min() < 0 or values.max() > 1):
            raise ValueError(
                f"{name} holds numbers from {values.min():g} to {values.max():g} and does not say which is white. "
                "Switch stretch on to make the smallest black and the largest white."
            )
        return values if white is None else values / np.float32(white)
    colours = values[..., :3] if values.ndim == 3 else values
    low, high = float(colours.min()), float(colours.max())
    stretched = (colours - low) / (high - low) if high > low else np.zeros_like(colours)
    if values.ndim == 3 and values.shape[2] == 4:
        alpha = values[..., 3:] / np.float32(255)
        stretched = np.concatenate([stretched, alpha], axis=2)
    return stretched.astype(np.float32, copy=False)


def write_image(image: NDArray[Any], path: Path, quality: int) -> Path:
    """Write 8 bits a channel and return the path; the suffix chooses the format.

    Values outside 0..1 are clipped. Where the format has no alpha, the picture is laid on white.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"{path.name} must end in one of: {', '.join(FORMATS)}.")
    picture = Image.fromarray(_bytes(_on_white(image) if kind in _NO_ALPHA else image))
    options = {"quality": quality} if kind in _LOSSY else {}
    with replacing(path) as temporary:
        picture.save(temporary, format=kind, **options)
    return path


def _on_white(image: NDArray[Any]) -> NDArray[Any]:
    if image.ndim < 3 or image.shape[2] != 4:
        return image
    alpha = image[..., 3:]
    return np.asarray(image[..., :3] * alpha + (1 - alpha))


def _bytes(image: NDArray[Any]) -> NDArray[np.uint8]:
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)) or image.size == 0:
        raise ValueError(f"An array of shape {image.shape} is not a picture: give (height, width[, 3 or 4]).")
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[..., 0]
    known = np.nan_to_num(np.asarray(image, dtype=np.float32), nan=0.0, posinf=1.0, neginf=0.0)
    return np.rint(np.clip(known, 0, 1) * 255).astype(np.uint8)
