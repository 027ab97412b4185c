#!/bin/bash
# Stops what start.sh started below DIR. The data stays: delete DIR to forget it.
#
#   stop.sh [DIR]
set -uo pipefail
DIR=${1:-/var/tmp/pierun-manager}
[ $# -le 1 ] && [ -d "$DIR/run" ] || { echo "usage: stop.sh [DIR]; nothing runs in $DIR" >&2; exit 2; }
DIR=$(cd "$DIR" && pwd)
BASE=${PORT_BASE:-27000}
export DOCKER_HOST=unix://$DIR/run/docker.sock

stop() {
  local file=$DIR/run/$1.pid pid
  [ -f "$file" ] || return 0
  pid=$(cat "$file")
  kill "$pid" 2>/dev/null
  for _ in $(seq 40); do kill -0 "$pid" 2>/dev/null || break; sleep 0.5; done
  kill -9 "$pid" 2>/dev/null
  rm -f "$file"
}

for name in agent web manager storage; do stop $name; done
docker ps -q 2>/dev/null | xargs -r docker kill >/dev/null 2>&1
docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
for name in dockerd etcd redis; do stop $name; done
runuser -u postgres -- "$(ls -d /usr/lib/postgresql/*/bin | tail -1)/pg_ctl" -D "$DIR/pg" -m fast -w stop >/dev/null 2>&1
umount "$DIR/run/docker/netns/default" 2>/dev/null # dockerd leaves it; it would hinder rm -rf
ip link del "bai$BASE" 2>/dev/null
exit 0
