"""Counts and durations for Prometheus, one registry for each app. Labels have few values: rules, not paths."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from search import stages
from search.errors import TiaokuanError
from search.model import ResultPage
from web import logs, outcome
from web.opening import SearcherHolder, Semantic

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STAGE_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_METHODS = {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}


class Metrics:
    """What is counted while requests are answered, and what the index is at the time of asking."""

    def __init__(self, holder: SearcherHolder) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "tiaokuan_http_request_seconds",
            "Time from a request to its answer",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._searches = Histogram(
            "tiaokuan_search_seconds",
            "Time of the search within a request, without loading the model",
            ("mode",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._hits = Counter("tiaokuan_search_hits", "Clauses found", ("mode",), registry=self.registry)
        self._empty = Counter(
            "tiaokuan_searches_without_hits", "Searches that found nothing", ("mode",), registry=self.registry
        )
        self._stages = Histogram(
            "tiaokuan_search_stage_seconds",
            "Time of each stage of a search, without that of stages within it",
            ("stage", "mode"),
            buckets=_STAGE_SECONDS,
            registry=self.registry,
        )
        self._caches = Counter(
            "tiaokuan_cache_requests", "What caches were asked for", ("cache", "outcome"), registry=self.registry
        )
        ProcessCollector(registry=self.registry)  # open files, memory, processor time
        self.registry.register(_Index(holder))

    def count(self, response: Response) -> Response:
        """Count the running request and what it found."""
        method = request.method if request.method in _METHODS else "other"
        self._requests.labels(method, logs.route(), response.status_code).observe(logs.elapsed())
        heard: stages.Watch | None = g.get("watch")
        if found := outcome.page():
            self._count_search(found)
            if heard:
                self._count_stages(heard, str(found.mode))
        if heard:
            self._count_caches(heard)
        return response

    def _count_stages(self, heard: stages.Watch, mode: str) -> None:
        for name, seconds in heard.seconds.items():
            self._stages.labels(name, mode).observe(seconds)

    def _count_caches(self, heard: stages.Watch) -> None:
        for name, asked in heard.asked.items():
            self._caches.labels(name, "hit").inc(asked - heard.missed[name])
            self._caches.labels(name, "miss").inc(heard.missed[name])

    def _count_search(self, found: ResultPage) -> None:
        mode = str(found.mode)
        self._searches.labels(mode).observe(found.took_ms / 1000)
        self._hits.labels(mode).inc(found.total)
        self._empty.labels(mode).inc(0 if found.total else 1)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


class _Index(Collector):
    """The live generation, asked when somebody asks for the metrics. Without a usable index only `tiaokuan_ready 0`."""

    def __init__(self, holder: SearcherHolder) -> None:
        self._holder = holder

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering does not open the index."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """One gauge after the other."""
        loaded = self._holder.semantic is Semantic.OK
        yield GaugeMetricFamily("tiaokuan_model_loaded", "1 when searching by meaning works", loaded)
        try:
            status = self._holder.get().status()
        except TiaokuanError:
            yield GaugeMetricFamily("tiaokuan_ready", "1 when there is an index to search", 0)
            return
        yield GaugeMetricFamily("tiaokuan_ready", "1 when there is an index to search", 1)
        yield _gauge("tiaokuan_generation", "Number of the live generation", status.get("generation"))
        yield _gauge("tiaokuan_documents", "Documents in the index", status.get("documents"))
        yield _gauge("tiaokuan_clauses", "Clauses in the index", status.get("clauses"))
        if created := status.get("created"):
            made = datetime.fromisoformat(str(created))
            age = (datetime.now(UTC) - (made if made.tzinfo else made.replace(tzinfo=UTC))).total_seconds()
            yield _gauge("tiaokuan_generation_age_seconds", "Time since the live generation was made", age)


def _listen() -> None:
    g.watch = stages.listen()


def _gauge(name: str, explained: str, value: object) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, explained, float(str(value)))


def install(app: Flask, holder: SearcherHolder) -> Metrics:
    """Count every request of `app`."""
    metrics = Metrics(holder)
    app.before_request(_listen)
    app.after_request(metrics.count)
    app.teardown_request(lambda _: stages.stop_listening())
    return metrics
