"""The window: the editor, its panels and the bridge to a run.

Gesture → document edit → change event → view state → widgets. Every widget talks to one
:class:`~shtairir_ui.editor.Editor`; only :mod:`shtairir_ui.bridge` crosses threads.
"""
