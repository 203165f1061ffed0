"""A picture as SVG: one file, no scripts, no fonts of its own."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from shtairir.export.picture import Box, Curve, Dot, Picture, Shape, Text

_FONTS = "Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"


def to_svg(picture: Picture) -> str:
    """Return the text of an SVG file."""
    size = f'width="{picture.width:g}" height="{picture.height:g}" viewBox="0 0 {picture.width:g} {picture.height:g}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{_FONTS}">',
        f"  <title>{_text(picture.title)}</title>",
        f'  <rect width="{picture.width:g}" height="{picture.height:g}" fill="{picture.background}"/>',
        *(f"  {_element(shape)}" for shape in picture.shapes),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _element(shape: Shape) -> str:
    match shape:
        case Box():
            return _box(shape)
        case Text(x, y, text, size, color, anchor, bold):
            weight = ' font-weight="600"' if bold else ""
            return (
                f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{color}" text-anchor="{anchor}"{weight}>'
                f"{_text(text)}</text>"
            )
        case Dot(x, y, radius, fill, stroke):
            return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>'
        case Curve((start, one, two, end), color, width, dashed):
            dash = ' stroke-dasharray="6 5"' if dashed else ""
            path = f"M{start[0]:g},{start[1]:g} C{one[0]:g},{one[1]:g} {two[0]:g},{two[1]:g} {end[0]:g},{end[1]:g}"
            return f'<path d="{path}" fill="none" stroke="{color}" stroke-width="{width:g}"{dash}/>'


def _box(box: Box) -> str:
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{box.radius:g}"'
    paint = f"fill={quoteattr(box.fill or 'none')}" + (f" stroke={quoteattr(box.stroke)}" if box.stroke else "")
    thick = f' stroke-width="{box.line:g}"' if box.stroke and box.line != 1 else ""
    thick += ' stroke-dasharray="6 5"' if box.dashed else ""
    faint = f' opacity="{box.opacity:g}"' if box.opacity < 1 else ""
    return f"<rect {place} {paint}{thick}{faint}" + (f"><title>{_text(box.tip)}</title></rect>" if box.tip else "/>")


def _text(text: str) -> str:
    """Escape a text, and leave out what XML cannot hold."""
    return escape("".join(sign for sign in text if sign.isprintable()))
