"""The whole self-check, part after part. What one part finds broken, the parts that need it leave out."""

from __future__ import annotations

from collections.abc import Iterator

from search.doctor.contents import check_contents
from search.doctor.findings import Diagnosis, Finding
from search.doctor.samples import check_samples
from search.doctor.surroundings import (
    check_disk,
    check_leftovers,
    check_model,
    check_rung,
    check_versions,
    check_writer,
)
from search.engines import check_engine, check_present, open_engine
from search.engines.milvus_server import MilvusServer
from search.errors import EngineUnavailable, EngineUnreachable, IndexDamaged, NoIndex, TiaokuanError
from search.generation import (
    CATALOGUE,
    Generation,
    check_made_alike,
    current_name,
    generation_names,
    open_current,
    open_generation,
    read_generation,
    verify,
)
from search.settings import Settings
from search.store import Catalogue
from search.text.segment import Analyzer


def examine(settings: Settings, *, quick: bool = False) -> Diagnosis:
    """Look at the live generation and at the machine. `quick` leaves out what needs the model, sampled searches, and the
    generations before the live one."""
    return Diagnosis([*_index(settings, quick=quick), *_machine(settings)])


def glance(settings: Settings) -> Diagnosis:
    """What a page may ask at every visit: whether the live generation can be opened, and the machine. No checksum is
    compared, and nothing in the index is read."""
    return Diagnosis([*_at_hand(settings), *_machine(settings)])


def _at_hand(settings: Settings) -> Iterator[Finding]:
    try:
        generation = open_current(settings.home)
    except TiaokuanError as error:
        yield Finding.of(error)
        return
    if (mismatch := _mismatch(generation, Analyzer(settings.cache), settings)) is not None:
        yield Finding.of(mismatch)


def _machine(settings: Settings) -> Iterator[Finding]:
    yield check_versions()
    yield check_model(settings)
    yield check_disk(settings.home)
    yield check_writer(settings.home)
    yield from check_leftovers(settings.home)


def _index(settings: Settings, *, quick: bool) -> Iterator[Finding]:
    try:
        name = current_name(settings.home)
        if name is None:
            raise NoIndex(home=settings.home)
        generation = read_generation(settings.home / "generations" / name, name)
    except TiaokuanError as error:
        yield Finding.of(error)
        return
    damaged = verify(generation)
    yield from (Finding.problem("file_damaged", generation=name, file=file) for file in damaged)
    if not damaged:
        yield Finding.ok("files", generation=name, count=len(generation.manifest.files))
    analyzer = Analyzer(settings.cache)
    if (mismatch := _mismatch(generation, analyzer, settings)) is not None:
        yield Finding.of(mismatch)
    else:
        yield Finding.ok("fingerprints")
        if not damaged:
            yield from _inside(generation, analyzer, settings, quick=quick)
    if not quick:
        yield from _earlier(settings, name)


def _mismatch(generation: Generation, analyzer: Analyzer, settings: Settings) -> TiaokuanError | None:
    try:
        check_made_alike(generation, analyzer.fingerprint, settings)
    except TiaokuanError as error:
        return error
    return None


def _inside(generation: Generation, analyzer: Analyzer, settings: Settings, *, quick: bool) -> Iterator[Finding]:
    """What only an index can say that can be opened."""
    try:
        check_engine(generation.manifest.engine)
    except TiaokuanError as error:
        yield Finding.of(error)
        return
    try:
        catalogue = Catalogue(generation.folder / CATALOGUE)
        server = MilvusServer.of(settings)
        engine = open_engine(generation.folder, analyzer, name=generation.manifest.engine, server=server)
    except EngineUnreachable as error:
        yield Finding.of(error)
        return
    except Exception as error:  # files with the right checksums that are still no index: of any kind
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        yield Finding.of(IndexDamaged(file=generation.name, reason=reason))
        return
    try:
        yield from check_contents(generation, catalogue, engine)
        yield check_rung(generation)
        if not quick:
            yield from check_samples(generation, catalogue, engine, settings)
    finally:
        engine.close()
        catalogue.close()


def _earlier(settings: Settings, live: str) -> Iterator[Finding]:
    """Whether there is something to go back to."""
    for name in generation_names(settings.home):
        if name == live:
            continue
        try:
            generation = open_generation(settings.home, name)
            damaged = verify(generation)
            analyzer, engine = Analyzer(settings.cache), generation.manifest.engine
            check_present(generation.folder, analyzer, engine, MilvusServer.of(settings))
        except EngineUnavailable:  # what is live says so
            continue
        except IndexDamaged:
            damaged = ["manifest.json"]
        except TiaokuanError:  # of an earlier version of this program: of no use here, and no harm
            continue
        if damaged:
            yield Finding.warning("earlier_damaged", generation=name, file=damaged[0])
