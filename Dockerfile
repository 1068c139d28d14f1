# The server as an image, for linux/amd64 and linux/arm64; docs/deployment.md says how to run it.
# Debian, not Alpine: the native packages bring ready-made libraries for glibc, and nothing is compiled here.
FROM node:22-bookworm-slim AS base
WORKDIR /app

# What the server needs to run.
FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/element/package.json packages/element/
COPY web/package.json web/
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit
# The ONNX runtime brings its libraries for every system, 290 MB; only one of them can be loaded here.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 \
      ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} +

# The program, and the models, which are fetched once here instead of at every start.
FROM base AS build
COPY package.json package-lock.json .npmrc ./
COPY packages packages/
COPY web web/
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit
COPY tsconfig.json rolldown.config.js ./
COPY scripts/build.js scripts/
COPY kernels kernels/
COPY src src/
RUN npm run build
COPY models/manifest.json models/
RUN --mount=type=cache,target=/root/.npm node dist/cli/main.js models

FROM base
RUN --mount=type=tmpfs,target=/var/lib/apt/lists \
    apt-get update && apt-get install -y --no-install-recommends libjemalloc2
# What pictures leave behind is given back to the system half a second later; the allocator of glibc, left alone, keeps much of it.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data \
    LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF=dirty_decay_ms:500,muzzy_decay_ms:0,narenas:2
# A volume takes over the owner of the folder that it covers.
RUN mkdir -m 700 /data && chown node:node /data
COPY --from=dependencies /app/node_modules node_modules/
COPY --from=build /app/models models/
COPY --from=build /app/dist dist/
COPY calibration calibration/
COPY package.json ./
# The program belongs to root: the server can read it, not change it.
USER node
VOLUME /data
EXPOSE 8080
# Ready, not just alive: while the database is away this is unhealthy, and nothing has to be restarted for that.
HEALTHCHECK --interval=15s --timeout=6s --start-period=60s CMD ["node", "-e", \
  "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then(({ ok }) => process.exit(ok ? 0 : 1))"]
# Not through npm, which would stand between the server and the signals that stop it.
# Little room for what is short-lived, and what outlives it is collected after a quarter has come: 60 MB less.
CMD ["node", "--max-semi-space-size=2", "--heap-growing-percent=25", "dist/main.js"]
