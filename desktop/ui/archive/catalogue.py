"""Catálogo: what is kept, found by words, people, days and series; one dossier with everything that is told of it; copies and actas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFileDialog, QInputDialog, QLineEdit

from desktop.operations.catalogue import Dossier
from desktop.ui.archive.dossier import show_page
from desktop.ui.archive.section import Section
from desktop.ui.archive.words import access_word, dossiers_words, file_name, files_words
from desktop.ui.jobs import Lane
from desktop.ui.messages import Message
from desktop.ui.widgets.basics import ActionButton, label, narrow
from desktop.ui.widgets.tables import KEY, Cell, Row
from desktop.ui.wording import count, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from desktop.operations.catalogue import Listed
    from desktop.operations.dossier_page import DossierPage
    from desktop.ui.bench import Bench


class CatalogueSection(Section):
    """Several rows may be chosen; the last one is told at the side."""

    found: Listed | None = None

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("CatalogueSection", "Catálogo"), parent)
        self.page: DossierPage | None = None
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda _on, _off: self.judge())

    def build_acts(self) -> tuple[QWidget, ...]:
        """Where to look first, then what to do with what was found."""
        look, px = self._bench.look, self._bench.look.px
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Palabras, CITE, de:persona, desde:día, hasta:día · Ctrl+F"))
        self.search.setAccessibleName(self.tr("Buscar en el catálogo"))
        self.search.setMinimumWidth(px(400))
        self.search.returnPressed.connect(self.read)
        self.series = narrow(QComboBox(), 18)
        self.series.setAccessibleName(self.tr("Serie"))
        self.series.currentIndexChanged.connect(lambda _index: self._show())
        self.reader = ActionButton(look, self.tr("Exportar para leer"), kind="primary", key="Ctrl+Return")
        self.bag = ActionButton(look, self.tr("Exportar BagIt"), key="Ctrl+B")
        self.inventory = ActionButton(look, self.tr("Inventario"), key="Ctrl+I")
        self.transfer = ActionButton(look, self.tr("Acta de transferencia"), key="Ctrl+T")
        self.reader.setToolTip(self.tr("Documentos, anexos y reporte de verificación, en una carpeta nueva"))
        self.bag.setToolTip(self.tr("Todas las versiones, para otro archivo, en una carpeta nueva"))
        self.inventory.setToolTip(self.tr("Un documento con los expedientes elegidos, o con todos, para firmarlo"))
        self.transfer.setToolTip(self.tr("Un documento por el que la unidad entrega los expedientes elegidos"))
        self.reader.clicked.connect(lambda: self._export(bag=False))
        self.bag.clicked.connect(lambda: self._export(bag=True))
        self.inventory.clicked.connect(self._inventory)
        self.transfer.clicked.connect(self._transfer)
        look_for = ActionButton(look, self.tr("Buscar"), key="Ctrl+F", icon="search")
        look_for.clicked.connect(self._look)
        return (self.search, self.series, look_for, self.reader, self.bag, self.inventory, self.transfer)

    def _look(self) -> None:
        """The key goes to the words; a press with words in them looks for them."""
        if self.search.hasFocus() or not self.search.text():
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.search.text():
            self.read()

    def read(self) -> None:
        """What the archive has of what is typed."""
        if self.found is None:
            self.say(self.tr("Leyendo…"))
        typed, office = self.search.text(), self._bench.office.archive
        job = self._bench.jobs.job(lambda: office.dossiers(typed), Lane.POOL).owned_by(self)
        job.replacing("archive.catalogue").success(self._keep).failure(self._lost).start()

    def _lost(self, error: BaseException) -> None:
        self.found = None
        self.failed(error)
        self.judge()

    def _keep(self, found: Listed) -> None:
        self.found = found
        chosen = self.series.currentData()
        self.series.blockSignals(True)
        self.series.clear()
        self.series.addItem(self.tr("Todas las series"), "")
        for code, title in sorted({(one.series_code, one.series_title) for one in found.dossiers}):
            self.series.addItem(title or self.tr("Sin serie"), code or "-")
        self.series.setCurrentIndex(max(self.series.findData(chosen), 0))
        self.series.blockSignals(False)
        self._show()

    @property
    def shown(self) -> tuple[Dossier, ...]:
        """Those of the series chosen."""
        series = self.series.currentData()
        found = self.found.dossiers if self.found is not None else ()
        return tuple(one for one in found if not series or (one.series_code or "-") == series)

    def _show(self) -> None:
        found = self.found
        if found is None:
            return
        rows = self.shown
        if not rows:
            self.sentence.setText("")
            self._say_none()
            self.judge()
            return
        folios = sum(one.folios for one in rows)
        told = f"{dossiers_words(len(rows))} · {count(folios, self.tr('1 foja'), self.tr('{n} fojas'))}"
        if found.away:
            told += " · " + self.tr("El archivo no está a la mano: esto es lo último que se supo de él.")
        self.sentence.setText(told)
        names = (self.tr("CITE"), self.tr("Título"), self.tr("Acceso"), self.tr("Fojas"), self.tr("Fechas"))
        self.table.show_rows((*names, self.tr("Serie")), [self._row(one) for one in rows])
        self.show_table()

    def _say_none(self) -> None:
        if self.search.text() or self.series.currentData():
            do = self.tr("Pruebe con menos palabras, o con todas las series.")
            self.say(self.tr("Ningún expediente responde a eso"), do)
        else:
            do = self.tr("Lo que acepte en «Por recibir» aparecerá aquí.")
            self.say(self.tr("El archivo todavía no guarda expedientes"), do)

    def _row(self, one: Dossier) -> Row:
        days = one.since if one.since == one.until else f"{one.since} – {one.until}"
        cells = (
            Cell(one.cite),
            Cell(one.title),
            Cell(access_word(one), f"{one.access}", "care" if one.restricted or one.access >= _RESERVED else ""),
            Cell(str(one.folios), one.folios),
            Cell(days),
            Cell(one.series_title or self.tr("Sin serie")),
        )
        return Row(cells, one)

    @property
    def selected(self) -> tuple[Dossier, ...]:
        """The rows chosen, in the order shown."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return tuple(self.table.sorted.index(row, 0).data(KEY) for row in rows)

    def judge(self) -> None:
        """Copies need a choice, an inventory none."""
        some = bool(self.selected) if self.found is not None else False
        for act in (self.reader, self.bag, self.transfer):
            act.setEnabled(some and not self.busy)
        self.inventory.setEnabled(self.found is not None and bool(self.shown) and not self.busy)

    # -- one dossier --

    def show_detail(self, key: object) -> None:
        """Read from the root, then told."""
        if not isinstance(key, Dossier):
            return
        self.detail.addWidget(label(key.title, bold=True))
        self.detail.addWidget(label(self.tr("Leyendo…"), size="body-small", tone="dim"))
        office = self._bench.office.archive
        job = self._bench.jobs.job(lambda: office.dossier(key.object), Lane.POOL).owned_by(self)
        job.replacing("archive.dossier").success(self._keep_page).failure(self._no_page).start()

    def _keep_page(self, page: DossierPage) -> None:
        self.page = page
        show_page(self, page)

    def _no_page(self, error: BaseException) -> None:
        self.clear_detail()
        self.tell_error(error)

    # -- acts --

    def _export(self, *, bag: bool) -> None:
        chosen = self.selected
        where = QFileDialog.getExistingDirectory(self, self.tr("Elegir dónde dejar la copia")) if chosen else ""
        if not where:
            return
        name = file_name(chosen[0].cite or chosen[0].title) if len(chosen) == 1 else self.tr("expedientes")
        folder = Path(where) / f"{name}-{self._bench.calendar.today().isoformat()}{'-bagit' if bag else ''}"
        names, office = [one.object for one in chosen], self._bench.office.archive
        job = self._bench.jobs.tracked(lambda note: office.export(names, folder, bag=bag, progress=note), Lane.POOL)
        self.run(job, self.tr("Copiando…"), lambda files: self._exported(folder, files))

    def _exported(self, folder: Path, files: int) -> None:
        done = self.tr("La copia está en «{folder}».").format(folder=folder.name)
        self.tell("good", done, files_words(files), self.tr("Empiece por LEEME.txt."), str(folder))

    def _inventory(self) -> None:
        objects = [one.object for one in self.selected if len(self.selected) > 1] or [one.object for one in self.shown]
        self._draft(lambda: self._bench.office.archive.draft_inventory(objects))

    def _transfer(self) -> None:
        chosen, office = self.selected, self._bench.office.archive
        if not chosen:
            return
        job = self._bench.jobs.job(lambda: office.givers(chosen[0].unit)).owned_by(self)
        job.success(self._ask_giver).start()

    def _ask_giver(self, people: Sequence[tuple[str, str]]) -> None:
        if not people:
            what = self.tr("Nadie puede entregar por esa unidad.")
            self.tell("care", what, self.tr("En el directorio nadie sirve hoy en ella. Pida que lo corrijan."))
            return
        names = [name for _id, name in people]
        title, ask = self.tr("Acta de transferencia"), self.tr("¿Quién entrega por la unidad?")
        name, chosen = QInputDialog.getItem(self, title, ask, names, 0, False)
        if chosen:
            giver = people[names.index(name)][0]
            objects = [one.object for one in self.selected]
            self._draft(lambda: self._bench.office.archive.draft_transfer(objects, giver))

    def _draft(self, make: Callable[[], str]) -> None:
        job = self._bench.jobs.job(make).owned_by(self)
        job.success(self._drafted).failure(self.tell_error).start()

    def _drafted(self, document: str) -> None:
        self.told.emit(Message("good", self.tr("El borrador está hecho. Revíselo y envíelo a firma.")))
        self.changed.emit()
        self.opened.emit(document, None)


_RESERVED = 3  # records.documents.AccessClass: from here on only those whom it concerns
