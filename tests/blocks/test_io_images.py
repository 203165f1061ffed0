"""Pictures of every kind a camera, a scanner or a program leaves behind."""

import io as streams

import numpy as np
import pytest
from PIL import Image, ImageCms

from shtairir.errors import RunCancelledError
from shtairir_blocks import io

COLOURS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [10, 20, 30]], [[1, 2, 3], [255, 255, 255]]], np.uint8)
GREY = np.array([[0, 128, 255], [1, 2, 3]], np.uint8)


def saved(tmp_path, picture, name, **options):
    path = tmp_path / name
    picture.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".webp"])
def test_colour_pictures_come_as_float32_between_0_and_1(tmp_path, suffix):
    options = {"lossless": True} if suffix == ".webp" else {}
    image = io.read_image(saved(tmp_path, Image.fromarray(COLOURS), f"a{suffix}", **options))
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, COLOURS.astype(np.float32) / 255)


def test_grey_has_no_channel_axis(tmp_path):
    image = io.read_image(saved(tmp_path, Image.fromarray(GREY), "a.png"))
    np.testing.assert_array_equal(image, GREY.astype(np.float32) / 255)


def test_sixteen_bits_keep_their_precision(tmp_path):
    values = np.array([[0, 1, 300], [65534, 65535, 32768]], np.uint16)
    for name in ("a.png", "a.tif"):
        image = io.read_image(saved(tmp_path, Image.fromarray(values), name))
        np.testing.assert_allclose(image, values / 65535, rtol=1e-6)


def test_black_and_white_and_palettes_become_grey_and_colour(tmp_path):
    bits = io.read_image(saved(tmp_path, Image.fromarray(GREY).convert("1"), "a.png"))
    assert set(np.unique(bits)) <= {0.0, 1.0}
    palette = io.read_image(
        saved(tmp_path, Image.fromarray(COLOURS).convert("P", palette=Image.Palette.ADAPTIVE), "b.png")
    )
    np.testing.assert_allclose(palette, COLOURS / 255, atol=1 / 255)


def test_transparency_of_all_kinds_becomes_a_fourth_channel(tmp_path):
    with_alpha = np.dstack([COLOURS, np.array([[255, 0], [128, 7], [1, 2]], np.uint8)])
    image = io.read_image(saved(tmp_path, Image.fromarray(with_alpha), "a.png"))
    np.testing.assert_array_equal(image, with_alpha.astype(np.float32) / 255)
    grey = io.read_image(saved(tmp_path, Image.fromarray(with_alpha).convert("LA"), "b.png"))
    assert grey.shape == (3, 2, 4)
    np.testing.assert_array_equal(grey[..., 3], image[..., 3])
    one_color = Image.fromarray(COLOURS)
    marked = io.read_image(saved(tmp_path, one_color, "c.png", transparency=(255, 0, 0)))
    assert marked[0, 0, 3] == 0
    assert marked[0, 1, 3] == 1


def test_cmyk_becomes_rgb(tmp_path):
    image = io.read_image(saved(tmp_path, Image.fromarray(COLOURS).convert("CMYK"), "a.tif"))
    np.testing.assert_allclose(image, COLOURS / 255, atol=2 / 255)


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_cameras_turn_is_undone(tmp_path, turn):
    upright = (np.arange(15) * 12).astype(np.uint8).reshape(3, 5)
    # How each turn is stored, from the EXIF standard's table of rows and columns.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[turn]
    exif = Image.Exif()
    exif[0x0112] = turn
    image = io.read_image(saved(tmp_path, Image.fromarray(np.ascontiguousarray(stored)), "a.png", exif=exif))
    np.testing.assert_array_equal(image, upright.astype(np.float32) / 255)


def test_a_turned_picture_with_a_colour_profile_is_upright(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(COLOURS)))
    image = io.read_image(saved(tmp_path, stored, "a.png", exif=exif, icc_profile=profile))
    np.testing.assert_allclose(image, COLOURS / 255, atol=2 / 255)


def test_a_broken_profile_does_not_lose_the_picture(tmp_path):
    path = saved(tmp_path, Image.fromarray(COLOURS), "a.png", icc_profile=b"nonsense")
    np.testing.assert_array_equal(io.read_image(path), COLOURS.astype(np.float32) / 255)


def test_plain_numbers_need_to_be_stretched(tmp_path):
    path = saved(tmp_path, Image.fromarray(np.array([[-5.0, 5.0], [0.0, 15.0]], np.float32)), "a.tif")
    with pytest.raises(ValueError, match=r"a\.tif holds numbers from -5 to 15 .* Switch stretch on"):
        io.read_image(path)
    np.testing.assert_allclose(io.read_image(path, stretch=True), [[0, 0.5], [0.25, 1]])


def test_stretching_leaves_transparency_alone(tmp_path):
    pixels = np.full((2, 2, 4), 100, np.uint8)
    pixels[0, 0] = [50, 50, 50, 128]
    image = io.read_image(saved(tmp_path, Image.fromarray(pixels), "a.png"), stretch=True)
    np.testing.assert_allclose(image[..., :3].min(), 0)
    np.testing.assert_allclose(image[..., :3].max(), 1)
    np.testing.assert_allclose(image[0, 0, 3], 128 / 255)


def test_of_several_pages_the_first_is_read(tmp_path):
    first, second = Image.fromarray(GREY), Image.fromarray(255 - GREY)
    image = io.read_image(saved(tmp_path, first, "a.tif", save_all=True, append_images=[second]))
    np.testing.assert_array_equal(image, GREY.astype(np.float32) / 255)


def test_what_is_no_picture_or_half_of_one_is_an_error_with_its_name(tmp_path):
    path = tmp_path / "a.png"
    path.write_text("text")
    with pytest.raises(ValueError, match=r"a\.png is not a picture"):
        io.read_image(path)
    whole = streams.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(whole, "PNG")
    path.write_bytes(whole.getvalue()[:2000])
    with pytest.raises(ValueError, match=r"a\.png is damaged or cut short"):
        io.read_image(path)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.bmp"])
def test_write_then_read_gives_the_nearest_of_256_steps(tmp_path, name):
    image = np.random.default_rng(1).random((7, 5, 3), np.float32)
    read = io.read_image(io.write_image(image, tmp_path / name))
    np.testing.assert_allclose(read, image, atol=0.5 / 255 + 1e-6)


def test_alpha_is_kept_where_the_format_can_and_laid_on_white_where_not(tmp_path):
    image = np.zeros((8, 8, 4), np.float32)
    image[..., 3] = 0.25
    assert io.read_image(io.write_image(image, tmp_path / "a.png")).shape == (8, 8, 4)
    flat = io.read_image(io.write_image(image, tmp_path / "a.jpg"))
    assert flat.shape == (8, 8, 3)
    np.testing.assert_allclose(flat, 0.75, atol=2 / 255)


def test_values_outside_the_range_are_clipped_and_nan_is_black(tmp_path):
    image = np.array([[-1.0, 2.0], [np.nan, np.inf]], np.float32)
    np.testing.assert_array_equal(io.read_image(io.write_image(image, tmp_path / "a.png")), [[0, 1], [0, 1]])


def test_quality_makes_files_smaller(tmp_path):
    image = np.random.default_rng(1).random((64, 64, 3), np.float32)
    small = io.write_image(image, tmp_path / "a.jpg", 20).stat().st_size
    assert small < io.write_image(image, tmp_path / "b.jpg", 95).stat().st_size / 2


def test_a_wrong_ending_or_shape_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"a\.xyz must end in one of: \.png"):
        io.write_image(GREY / 255, tmp_path / "a.xyz")
    with pytest.raises(ValueError, match=r"shape \(2, 3, 5\) is not a picture"):
        io.write_image(np.zeros((2, 3, 5)), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_pictures_comes_in_order_with_progress(tmp_path, ctx):
    for number in (10, 2, 1):
        Image.fromarray(np.full((2, 2), number, np.uint8)).save(tmp_path / f"p{number}.png")
    (tmp_path / "notes.txt").touch()
    images = io.read_images(tmp_path, ctx)
    assert [round(float(image[0, 0]) * 255) for image in images] == [1, 2, 10]
    assert ctx.fractions == pytest.approx([0, 1 / 3, 2 / 3])
    assert len(io.read_images([tmp_path / "p10.png"], ctx)) == 1


def test_reading_many_pictures_ends_when_the_run_is_cancelled(tmp_path, ctx):
    for number in range(3):
        Image.fromarray(GREY).save(tmp_path / f"p{number}.png")
    ctx.cancel_after = 1
    with pytest.raises(RunCancelledError):
        io.read_images(tmp_path, ctx)
    assert len(ctx.fractions) == 1


def test_more_pictures_than_the_limit_are_refused(tmp_path, ctx):
    for number in range(3):
        Image.fromarray(GREY).save(tmp_path / f"p{number}.png")
    with pytest.raises(ValueError, match="3 pictures, more than the limit of 2"):
        io.read_images(tmp_path, ctx, limit=2)
