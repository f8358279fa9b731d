# syntax=docker/dockerfile:1
FROM node:22-bookworm-slim AS explorer
WORKDIR /source/visualize/web
COPY visualize/web/package.json visualize/web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY visualize/web ./
RUN npm run build

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/lookthrough
WORKDIR /source
# Dependencies first: they change seldom, and stay in the layer cache.
COPY requirements-runtime.lock ./
RUN /opt/lookthrough/bin/pip install --require-hashes -r requirements-runtime.lock
COPY . .
COPY --from=explorer /source/visualize/web/dist visualize/web/dist
RUN /opt/lookthrough/bin/pip install --no-deps .

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 lookthrough \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin lookthrough \
    && install -d -m 0700 -o 10001 -g 10001 /data
COPY --from=build /opt/lookthrough /opt/lookthrough
# Nothing is written outside /data and /tmp, so the root file system may be read-only.
ENV PATH=/opt/lookthrough/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8 \
    LOOKTHROUGH_DATA=/data
WORKDIR /data
VOLUME /data
USER 10001:10001
HEALTHCHECK --interval=60s --timeout=30s --start-period=30s --retries=3 CMD ["lookthrough", "status", "--format", "json"]
STOPSIGNAL SIGINT
ENTRYPOINT ["lookthrough"]
CMD ["status"]
