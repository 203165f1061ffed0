"""Every block of signals and sound."""

from scripts.block_examples.sheet import Sheet

TITLE = "Signal blocks"
DESCRIPTION = "Each block for signals and sound at work, on a wave with noise and on a bell."


def fill(sheet: Sheet) -> None:
    """Add the nodes."""
    with sheet.frame("A wave with noise"):
        time = sheet.add("array.linspace", "time", "Time", start=0.0, stop=62.8, num=1000)
        wave = sheet.add("array.sin", "wave", x=time["out"])
        noise = sheet.add("array.random", "noise", shape=1000, distribution="normal", low=0.0, high=0.2)
        noisy = sheet.add("array.add", "noisy", x1=wave["out"], x2=noise["out"])
        level = sheet.add("signal.detrend", signal=noisy["out"])
        smooth = sheet.add("signal.smooth", signal=level["out"], method="gaussian", window=21)
        peaks = sheet.add("signal.peaks", signal=smooth["out"], rate_hz=100.0, height=0.5, distance_s=0.3)
        sheet.add("signal.rate_from_peaks", positions=peaks["positions"], rate_hz=100.0)
    with sheet.frame("Change and analyse"):
        again = sheet.add("array.random", "again", "Noise", shape=2000, distribution="normal", high=1.0)
        filtered = sheet.add("signal.filter", signal=again["out"], rate_hz=1000.0, kind="bandpass", low_hz=5.0)
        sheet.add("signal.normalize", signal=filtered["out"], method="deviation")
        sheet.add("signal.resample", signal=filtered["out"], rate_hz=1000.0, new_rate_hz=250.0)
        sheet.add("signal.spectrum", signal=filtered["out"], rate_hz=1000.0)
    with sheet.frame("Sound"):
        bell = sheet.add("io.read_audio", "bell", "Bell", path="data/bell.wav")
        low = sheet.add("signal.filter_audio", audio=bell["out"], kind="lowpass", high_hz=1200.0)
        samples = sheet.add("signal.samples", audio=low["out"])
        sheet.add("signal.to_audio", samples=samples["samples"], rate_hz=samples["rate_hz"])
        sheet.add("signal.spectrogram", signal=bell["out"], window_size=256)
        sheet.add("signal.tone", frequency_hz=440.0, duration_s=0.5, shape="triangle")
