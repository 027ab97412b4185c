#!/bin/bash
# Starts a real Backend.AI 23.09.10 (manager, web server, compute agent, storage proxy, Docker daemon) for the tests.
#
#   start.sh [DIR] > env.sh     everything is kept below DIR; run as root on Debian 12, Python 3.11
#
# DIR (default /var/tmp/pierun-manager) must be short (socket paths), on a local disk, and reachable for the user
# "postgres". PORT_BASE (default 27000) moves all ports; PYTHON (default python3.11, else python3) picks the interpreter.
# Running it again starts only what is not running. What it prints are NAME=value lines for the environment; where it
# cannot run it prints one line on standard error and ends with 3.
set -euo pipefail
[ $# -le 1 ] || { echo "usage: start.sh [DIR]" >&2; exit 2; }
cannot() { echo "cannot run a Backend.AI manager here: $*" >&2; exit 3; }
[ "$(id -u)" = 0 ] || cannot "this is not root"
[ -r /etc/os-release ] && grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || cannot "this is not Debian 12"
"${PYTHON:-$(command -v python3.11 || command -v python3 || echo false)}" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null ||
  cannot "there is no Python 3.11 with venv"
unshare --mount true 2>/dev/null || cannot "this machine may not make namespaces, which a Docker daemon needs"
HERE=$(cd "$(dirname "$0")" && pwd)
DIR=${1:-/var/tmp/pierun-manager}
mkdir -p "$DIR"; DIR=$(cd "$DIR" && pwd)
BASE=${PORT_BASE:-27000}
RELEASE=23.9.10
REGISTRY=local.test
IMAGE=$REGISTRY/stable/python:3.11-debian12
DB_PASSWORD=realtest-db
port() { echo $((BASE + $1)); }
say() { echo "[$(date +%T)] $*" >&2; }
fail() { say "$*"; exit 1; }

install_packages() {
  local missing=()
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v etcd >/dev/null || missing+=(etcd-server etcd-client)
  command -v dockerd >/dev/null || missing+=(docker.io iptables)
  command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
  command -v ip >/dev/null || missing+=(iproute2)
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  { apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$DIR/log/apt.log" 2>&1 ||
    cannot "Debian packages cannot be installed; see $DIR/log/apt.log"
}

install_python() {
  [ -x "$DIR/venv/bin/backend.ai" ] && [ -f "$DIR/venv/complete-web" ] && return
  local py=${PYTHON:-$(command -v python3.11 || command -v python3)}
  say "installing backend.ai $RELEASE with $py"
  [ -x "$DIR/venv/bin/pip" ] || "$py" -m venv "$DIR/venv"
  "$DIR/venv/bin/pip" install -q --disable-pip-version-check -c "$HERE/constraints.txt" \
    backend.ai-manager==$RELEASE backend.ai-agent==$RELEASE backend.ai-storage-proxy==$RELEASE \
    backend.ai-webserver==$RELEASE >"$DIR/log/pip.log" 2>&1 ||
    cannot "Python packages cannot be installed; see $DIR/log/pip.log"
  touch "$DIR/venv/complete-web"
}

render() { # template -> conf/
  sed -e "s#@DATA@#$DIR#g" -e "s#@DB_PASSWORD@#$DB_PASSWORD#g" \
    -e "s#@PG_PORT@#$(port 32)#g" -e "s#@ETCD_PORT@#$(port 23)#g" -e "s#@MANAGER_PORT@#$(port 81)#g" \
    -e "s#@MONITOR_PORT@#$(port 48)#g" -e "s#@MONITOR_WEB_PORT@#$(port 49)#g" \
    -e "s#@STORAGE_CLIENT_PORT@#$(port 21)#g" -e "s#@STORAGE_MANAGER_PORT@#$(port 22)#g" \
    -e "s#@STORAGE_MONITOR_PORT@#$(port 50)#g" -e "s#@STORAGE_MONITOR_WEB_PORT@#$(port 51)#g" \
    -e "s#@AGENT_PORT@#$(port 1)#g" -e "s#@AGENT_SOCK_PORT@#$(port 7)#g" -e "s#@WATCHER_PORT@#$(port 9)#g" \
    -e "s#@AGENT_MONITOR_PORT@#$(port 52)#g" -e "s#@AGENT_MONITOR_WEB_PORT@#$(port 53)#g" \
    -e "s#@REDIS_PORT@#$(port 79)#g" -e "s#@WEB_PORT@#$(port 90)#g" \
    -e "s#@METADATA_PORT@#$(port 28)#g" -e "s#@PORT_LOW@#$(port 200)#g" -e "s#@PORT_HIGH@#$(port 900)#g" \
    "$HERE/$1.in" >"$DIR/conf/$1"
}

running() { [ -f "$DIR/run/$1.pid" ] && kill -0 "$(cat "$DIR/run/$1.pid")" 2>/dev/null; }
spawn() { # name, command...
  local name=$1; shift
  (cd "$DIR/conf" && exec setsid "$@" >>"$DIR/log/$name.log" 2>&1 </dev/null) &
  echo $! >"$DIR/run/$name.pid"
}
wait_for() { # seconds, what, command...
  local n=$1 what=$2; shift 2
  for _ in $(seq $((n * 2))); do "$@" >/dev/null 2>&1 && return; sleep 0.5; done
  fail "no answer from $what after $n s; see $DIR/log"
}

start_postgres() {
  local bin; bin=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
  chown postgres "$DIR/pg"
  [ -f "$DIR/pg/PG_VERSION" ] || runuser -u postgres -- "$bin/initdb" -D "$DIR/pg" -A trust -U postgres --no-sync >"$DIR/log/initdb.log"
  runuser -u postgres -- "$bin/pg_ctl" -D "$DIR/pg" status >/dev/null 2>&1 && return
  runuser -u postgres -- "$bin/pg_ctl" -D "$DIR/pg" -w -l "$DIR/pg/server.log" start -o \
    "-p $(port 32) -c listen_addresses=127.0.0.1 -c unix_socket_directories=$DIR/pg -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60" >/dev/null
}
sql() { psql -h 127.0.0.1 -p "$(port 32)" -v ON_ERROR_STOP=1 -qAt "$@"; }
mgr() { (cd "$DIR/conf" && DOCKER_HOST=$DOCKER_HOST "$DIR/venv/bin/backend.ai" mgr -f "$DIR/conf/manager.toml" "$@" >>"$DIR/log/setup.log" 2>&1); }

start_redis() {
  running redis && return
  spawn redis redis-server --port "$(port 79)" --bind 127.0.0.1 --dir "$DIR/redis" --save '' --appendonly no --daemonize no
  wait_for 10 redis redis-cli -p "$(port 79)" ping
}
start_etcd() {
  running etcd && return
  local url=http://127.0.0.1:$(port 23) peer=http://127.0.0.1:$(port 24)
  spawn etcd etcd --name realtest --data-dir "$DIR/etcd" --listen-client-urls "$url" --advertise-client-urls "$url" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "realtest=$peer" --unsafe-no-fsync
  wait_for 20 etcd env ETCDCTL_API=3 etcdctl --endpoints "$url" endpoint health
}
put() { ETCDCTL_API=3 etcdctl --endpoints "http://127.0.0.1:$(port 23)" put "/sorna/realtest/$1" "$2" >/dev/null; }

start_docker() {
  running dockerd && return
  local bridge=bai$BASE
  ip link show "$bridge" >/dev/null 2>&1 || ip link add name "$bridge" type bridge
  ip addr show dev "$bridge" | grep -q 'inet ' || ip addr add 192.168.213.1/24 dev "$bridge"
  ip link set "$bridge" up
  rm -f "$DIR/run/docker-daemon.pid"
  spawn dockerd dockerd --data-root "$DIR/docker" --exec-root "$DIR/run/docker" -H "$DOCKER_HOST" -p "$DIR/run/docker-daemon.pid" \
    --bridge "$bridge" --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false \
    --add-runtime plain="$HERE/runc-without-rlimits" --default-runtime plain
  for _ in $(seq 120); do
    docker info >/dev/null 2>&1 && return
    running dockerd || break
    sleep 0.5
  done
  cannot "no Docker daemon comes up ($(tail -1 "$DIR/log/dockerd.log" | cut -c1-200))"
}
make_image() {
  docker image inspect "$IMAGE" >/dev/null 2>&1 && return
  if [ ! -f "$DIR/image.tar" ]; then
    say "building the session image"
    . /etc/os-release
    for f in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
      if [ -s $f ]; then sed '/^#/d' $f >"$DIR/conf/image.sources"; break; fi
    done
    # The stub of the name service library is taken out: statically linked helpers of the agent crash on it.
    mmdebstrap --variant=minbase --include=python3-minimal,python3-ipykernel --aptopt='Apt::Install-Recommends "false"' \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' \
      --customize-hook='rm -f "$1"/usr/lib/*/libnss_files.so.2' "$VERSION_CODENAME" "$DIR/image.part.tar" "$DIR/conf/image.sources" >"$DIR/log/image.log" 2>&1 \
      || fail "mmdebstrap failed; see $DIR/log/image.log"
    mv "$DIR/image.part.tar" "$DIR/image.tar"
  fi
  docker import --change 'LABEL ai.backend.kernelspec=1 ai.backend.role=COMPUTE ai.backend.runtime-type=python ai.backend.runtime-path=/usr/bin/python3 ai.backend.base-distro=ubuntu22.04 ai.backend.features="batch query uid-match user-input" ai.backend.service-ports="echo:tcp:8070,web:http:8090"' \
    "$DIR/image.tar" "$IMAGE" >/dev/null
  docker tag "$IMAGE" "$REGISTRY/stable/other:1.0-debian12"
}

# The helpers for ubuntu20.04 know no users and no terminals on Debian 12: sshd and ttyd need the newer ones, also in an older DIR.
relabel() { sql -U backend -d backend -c "UPDATE images SET labels = replace(labels::text, 'ubuntu20.04', 'ubuntu22.04')::json"; }

load_data() {
  [ -f "$DIR/run/loaded" ] && { relabel; return; }
  say "creating the schema and the rows"
  sql -U postgres -d postgres -c "CREATE ROLE backend LOGIN SUPERUSER PASSWORD '$DB_PASSWORD'" -c "CREATE DATABASE backend OWNER backend"
  for key in manager agent; do [ -f "$DIR/keys/$key.key_secret" ] || mgr generate-rpc-keypair "$DIR/keys" $key; done
  mgr schema oneshot -f "$DIR/conf/alembic.ini"
  mgr fixture populate "$HERE/fixture.json"
  sql -U backend -d backend -f "$HERE/rows.sql"
  put config/redis/addr "127.0.0.1:$(port 79)"
  put "config/docker/registry/$REGISTRY" "http://127.0.0.1:$(port 99)"
  put "config/docker/registry/$REGISTRY/type" docker
  put config/docker/image/auto_pull none
  put volumes/default_host local:volume1
  put volumes/_types/user ""
  put volumes/_types/group ""
  put volumes/proxies/local/client_api "http://127.0.0.1:$(port 21)"
  put volumes/proxies/local/manager_api "http://127.0.0.1:$(port 22)"
  put volumes/proxies/local/secret realtest-storage-manager-secret
  put volumes/proxies/local/ssl_verify false
  put volumes/exposed_volume_info percentage
  touch "$DIR/run/loaded"
}

# What a run that was killed has left: agent and manager would count its cores as taken for ever.
forget_sessions() {
  running agent || running manager && return
  docker ps -aq | xargs -r docker rm -f >/dev/null
  rm -f "$DIR"/var/last_registry.* "$DIR"/ipc/agent/last_registry.*
  for table in kernels sessions; do
    sql -U backend -d backend -c "UPDATE $table SET status = 'TERMINATED', terminated_at = now() WHERE status NOT IN ('TERMINATED', 'CANCELLED', 'ERROR')"
  done
  sql -U backend -d backend -c "UPDATE agents SET occupied_slots = '{}'"
}

export DOCKER_HOST=unix://$DIR/run/docker.sock
mkdir -p "$DIR"/{run,log,conf,keys,pg,redis,etcd,docker,var,commit,abuse,scratches} "$DIR"/ipc/{manager,storage,agent,web} "$DIR/vfroot/volume1"
install_packages
install_python
for f in alembic.ini manager.toml storage-proxy.toml agent.toml webserver.toml; do render $f; done
start_postgres; start_redis; start_etcd; start_docker
make_image
load_data
forget_sessions
ENDPOINT=http://127.0.0.1:$(port 81)
running storage || spawn storage "$DIR/venv/bin/backend.ai" storage start-server -f "$DIR/conf/storage-proxy.toml"
running manager || spawn manager "$DIR/venv/bin/backend.ai" mgr -f "$DIR/conf/manager.toml" start-server
get() { "$DIR/venv/bin/python" -c 'import sys,urllib.request as u; u.urlopen(sys.argv[1], timeout=5)' "$1"; }
wait_for 90 manager get "$ENDPOINT/"
running agent || spawn agent "$DIR/venv/bin/backend.ai" ag start-server -f "$DIR/conf/agent.toml"
WEB=http://127.0.0.1:$(port 90)
running web || spawn web "$DIR/venv/bin/backend.ai" web start-server -f "$DIR/conf/webserver.toml"
alive() { [ "$(sql -U backend -d backend -c "SELECT count(*) FROM agents WHERE status = 'ALIVE' AND first_contact IS NOT NULL")" = 1 ] && grep -q "started handling RPC" "$DIR/log/agent.log"; }
wait_for 180 agent alive
wait_for 90 "web server" bash -c "exec 3<>/dev/tcp/127.0.0.1/$(port 90)"
say ready
cat <<END
PIERUN_BACKENDAI_MANAGER=$ENDPOINT
PIERUN_BACKENDAI_WEB=$WEB
PIERUN_BACKENDAI_WEB_USER=bob@example.test
PIERUN_BACKENDAI_WEB_PASSWORD=bob-password-1
BACKEND_ENDPOINT=$ENDPOINT
BACKEND_ACCESS_KEY=AKIAREALTESTALICE001
BACKEND_SECRET_KEY=realtest-secret-alice-000000000000000001
BACKEND_ADMIN_ACCESS_KEY=AKIAREALTESTROOT0001
BACKEND_ADMIN_SECRET_KEY=realtest-secret-root-0000000000000000001
BACKEND_SMALL_ACCESS_KEY=AKIAREALTESTSMALL001
BACKEND_SMALL_SECRET_KEY=realtest-secret-small-000000000000000001
BACKEND_RATE_ACCESS_KEY=AKIAREALTESTRATE0001
BACKEND_RATE_SECRET_KEY=realtest-secret-rate-0000000000000000001
BACKEND_SECOND_ACCESS_KEY=AKIAREALTESTSECOND01
BACKEND_SECOND_SECRET_KEY=realtest-secret-second-00000000000000001
BACKEND_INACTIVE_ACCESS_KEY=AKIAREALTESTINACTIVE
BACKEND_INACTIVE_SECRET_KEY=realtest-secret-inactive-000000000000001
BACKEND_IMAGE=$IMAGE
BACKEND_OTHER_IMAGE=$REGISTRY/stable/other:1.0-debian12
END
