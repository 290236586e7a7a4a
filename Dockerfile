FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node build.mjs \
 # The bundle holds every package but two: native code of the database, and the hash that runs in worker threads.
 # npm brings the binaries of both C libraries; this image has glibc.
 && mkdir -p /runtime/node_modules/@libsql /runtime/node_modules/@neon-rs \
 && for name in libsql detect-libc bcryptjs @neon-rs/load; do cp -r "node_modules/$name" "/runtime/node_modules/$name"; done \
 && cp -r node_modules/@libsql/linux-*-gnu /runtime/node_modules/@libsql/ \
 && cp -r dist views public drizzle package.json LICENSE CHANGELOG.md docker-entrypoint.sh /runtime/

FROM node:24-bookworm-slim AS ping
# A plain copy leaves the file capability behind: with it the program would not even start where NET_RAW is dropped.
RUN apt-get update && apt-get install -y --no-install-recommends iputils-ping \
 && mkdir /ping && cp /usr/bin/ping /ping/ping \
 && cp -L $(ldd /usr/bin/ping | awk '/lib(cap|idn2|unistring)/ {print $3}') /ping/

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="StatusPing" org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production DATA_PATH=/data WEB_PORT=8000
WORKDIR /app
COPY --from=build /runtime ./
# Pings go out over the unprivileged sockets that container engines allow (net.ipv4.ping_group_range).
COPY --from=ping /ping/ping /usr/local/bin/ping
COPY --from=ping /ping/lib* /usr/local/lib/
# Nothing is installed at run time, so nothing that installs stays.
RUN ldconfig \
 && ln -s /app/docker-entrypoint.sh /usr/local/bin/statusping \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
 && mkdir -p /data && chown 10001:10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.WEB_PORT + '/api/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/app/docker-entrypoint.sh"]
CMD ["server"]
