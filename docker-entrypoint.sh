#!/bin/sh
# Brings the database up to date, then becomes the server. `statusping <command>` in the container is the command line.
set -e
if [ "$(basename "$0")" = statusping ]; then
  exec node /app/dist/cli.mjs "$@"
fi
if [ "${1:-server}" != server ]; then
  exec "$@"
fi
# Two containers on one volume at once: the second waits for the first's migration and is then refused by the server.
flock -w 60 "${DATA_PATH:-/data}/.migrate.lock" node /app/dist/cli.mjs migrate
# exec, so that node gets the container's SIGTERM.
exec node /app/dist/main.mjs
