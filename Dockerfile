# Tiaokuan in a container: no root, and nothing to write but /var/lib/tiaokuan and /tmp.
#
#   docker build --build-arg TORCH_INDEX=ADDRESS -t tiaokuan .    ADDRESS: PyTorch's index of CPU builds
#   docker build --network none -t tiaokuan .                     with a folder wheelhouse/ (make wheelhouse), no network
#
# Without either, torch brings several GB of CUDA libraries.

FROM python:3.12-slim AS build
ARG TORCH_INDEX=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
RUN --mount=type=bind,target=/context,rw \
    set -eu; cd /context; \
    from=""; if [ -d wheelhouse ]; then from="--no-index --find-links wheelhouse"; fi; \
    torch="$from"; if [ -n "$TORCH_INDEX" ]; then torch="--index-url $TORCH_INDEX"; fi; \
    python -m venv /opt/tiaokuan; pip=/opt/tiaokuan/bin/pip; \
    $pip install $from --require-hashes --no-deps -r requirements.lock; \
    $pip install $torch -r requirements-torch.txt; \
    $pip install --no-index --no-deps --no-build-isolation .; \
    $pip check

FROM python:3.12-slim
RUN groupadd --gid 10001 tiaokuan \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/tiaokuan --create-home --shell /usr/sbin/nologin tiaokuan
COPY --from=build /opt/tiaokuan /opt/tiaokuan
ENV PATH=/opt/tiaokuan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    TIAOKUAN_HOME=/var/lib/tiaokuan/data \
    TIAOKUAN_CACHE=/var/lib/tiaokuan/cache \
    TIAOKUAN_CORPUS=/srv/corpus \
    TIAOKUAN_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/tiaokuan
VOLUME /var/lib/tiaokuan
EXPOSE 8000
# Alive, not ready: a container that waits for its first index need not be started again.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["tiaokuan", "serve", "--host", "0.0.0.0"]
