"""The import screen's widgets and how they are laid out; the page decides what they show."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from desktop.domain.text import tr
from desktop.views.platform.import_panels import FaultPanel, MappingBar, ProfilePanel, SourceBar
from desktop.widgets.buttons import Button
from desktop.widgets.header import ActionBar, HeaderBar
from desktop.widgets.labels import Label
from desktop.widgets.paint import Surface, column, row
from desktop.widgets.paste_table import PasteTable
from desktop.widgets.segmented import Segment, Segmented
from desktop.widgets.states import EmptyState, ProgressPanel

NOTHING, PREVIEW, RUNNING, PROFILE = range(4)
"""What fills the middle."""


class ImportView(QWidget):
    """From the top: header, file and target, column map, filter; the middle; the action bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = HeaderBar()
        self.choose, self.choose_folder = Button(icon="upload"), Button("", "ghost")
        self.again = Button(icon="refresh-cw")
        for button in (self.choose_folder, self.choose, self.again):
            self.header.add_action(button)
        self.source_bar, self.mapping_bar = SourceBar(), MappingBar()
        self.filter, self.legend = Segmented(), Label(role="text.secondary")
        self.filter_bar = Surface("surface.base")
        self.filter_bar.setLayout(row(self.filter, None, self.legend, margins=(16, 0, 16, 0)))
        self.filter_bar.setFixedHeight(40)
        self.table, self.side = PasteTable(), FaultPanel()
        preview = Surface("surface.base")
        inner = row(self.table, self.side, spacing=0)
        inner.setStretch(0, 1)
        preview.setLayout(inner)
        self.empty, self.by_profile = EmptyState("", icon="upload"), ProfilePanel()
        self.progress = ProgressPanel()
        self.progress.setMaximumWidth(480)
        waiting = Surface("surface.base")
        waiting.setLayout(column(None, row(None, self.progress, None), None))
        middle = Surface("surface.base")
        self.stack = QStackedLayout(middle)
        for widget in (self.empty, preview, waiting, self.by_profile):
            self.stack.addWidget(widget)
        self.footer = ActionBar()
        self.cancel, self.rejects = Button(height=32), Button(icon="file-spreadsheet", height=32)
        self.write = Button(kind="primary", icon="check", height=32)
        for button in (self.cancel, self.rejects, self.write):
            self.footer.add_button(button)
        layout = column(self.header, self.source_bar, self.mapping_bar, self.filter_bar, spacing=0)
        layout.addWidget(middle, 1)
        layout.addWidget(self.footer)
        self.setLayout(layout)

    def retranslate(self) -> None:
        self.choose.setText(tr("Choose file"))
        self.choose_folder.setText(tr("Folder by profile"))
        self.again.setText(tr("Check again"))
        self.cancel.setText(tr("Cancel"))
        self.rejects.setText(tr("Reject sheet"))
        self.legend.setText(tr("Struck through: old value; red: rejected cell"))
        self.empty.say(
            tr("Drop a file here"),
            tr("Excel or CSV. Nothing is written yet."),
            primary=tr("Choose file"),
            secondary=tr("Folder by profile"),
        )
        self.source_bar.retranslate()

    def under_filter(self, strip: QWidget) -> None:
        """A strip between the filter and the rows."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(layout.indexOf(self.filter_bar) + 1, strip)

    def show_counts(self, counts: Mapping[str, int], shown: str, doubles: int = 0) -> None:
        """The filter with its figures."""
        look = counts["rows"] - counts["same"]
        self.filter.set_segments(
            [
                Segment("all", f"{tr('All')} {counts['rows']:,}"),
                Segment("look", f"{tr('Needs a look')} {look:,}"),
                Segment("new", f"{tr('New')} {counts['new']:,}", "plus"),
                Segment("changed", f"{tr('Changed')} {counts['changed']:,}", "pencil"),
                Segment("same", f"{tr('Same')} {counts['same']:,}", "minus"),
                Segment("rejected", f"{tr('Rejected')} {counts['rejected']:,}", "x"),
                *([Segment("double", f"{tr('Double?')} {doubles:,}", "copy")] if doubles else []),
            ]
        )
        self.filter.set_current(shown)

    def show_bars(self, *, file_open: bool) -> None:
        for bar in (self.source_bar, self.mapping_bar, self.filter_bar):
            bar.setVisible(file_open)
