#!/bin/bash
# Runs Linewatch in the foreground: monitord, and lighttpd with api.fcgi, stopped together by Ctrl-C or SIGTERM.
# `make run` sets the environment; MONITOR=0 serves without watching.
set -euo pipefail
umask 027
PATH=$PATH:/usr/sbin # lighttpd's folder, which an ordinary user's PATH lacks

fail() {
  echo "$*" >&2
  exit 1
}
folder() { mkdir -p "$1" && cd "$1" >/dev/null && pwd; }

top=$(folder "$(dirname "${BASH_SOURCE[0]}")/..")
build=$(cd "$top" && folder "${BUILD:-build}")
DATA=$(folder "${DATA:-$top/var}")
LIVE=$(folder "${LIVE:-$DATA}")
PORT=${PORT:-8000}
[[ $PORT =~ ^[1-9][0-9]{0,4}$ ]] && ((PORT < 65536)) || fail "PORT=$PORT is no port: expected a number from 1 to 65535"
BIND=${BIND:-127.0.0.1}
HTDOCS=$top/htdocs OPENAPI=$build/openapi.json
address=${BIND#[} address=${address%]}
[[ $address != *:* ]] || BIND="[$address]" # as lighttpd and a URL write IPv6
ACCESS_LOG=${ACCESS_LOG:-access.log} # in the run folder
SPOOL=${SPOOL:-.}                    # for what lighttpd collects; the run folder, too
export DATA LIVE PORT BIND HTDOCS OPENAPI ACCESS_LOG SPOOL

run=$(folder "$DATA/run")
exec {lock}<"$run"
flock --nonblock "$lock" || fail "Linewatch already runs on $DATA. One more: make run PORT=8001 DATA=./other"

declare -A children=() # by process id: the name
alive() { kill -0 "$1" 2>/dev/null; }
all_alive() { for pid in "${!children[@]}"; do alive "$pid" || return 1; done; }
any_alive() {
  for pid in "${!children[@]}"; do if alive "$pid"; then return 0; fi; done
  return 1
}

stop() {
  set +e
  trap '' INT TERM HUP
  for pid in "${!children[@]}"; do
    case ${children[$pid]} in
      lighttpd) kill -INT "$pid" ;; # finishes the requests in flight, which SIGTERM would cut
      *) kill -TERM "$pid" ;;
    esac
  done
  sleep 10 &
  local patience=$!
  while any_alive && alive "$patience"; do wait -n; done
  kill -KILL "$patience"
  # Whoever is left of their groups: one that hangs, or api.fcgi when lighttpd itself was killed.
  for pid in "${!children[@]}"; do kill -KILL -- "-$pid"; done
  rm -rf "$run"
} 2>/dev/null
trap stop EXIT
trap 'exit 0' INT TERM HUP

if (: <>"/dev/tcp/$address/$PORT") 2>/dev/null; then
  fail "Something already answers at port $PORT of $address. Use another port: make run PORT=8001"
fi

# The first use begins with something to see. What was there before, if only an older copy of it, is never made anew.
rm -rf "${run:?}"/*
place() {
  ! compgen -G "$DATA/$1*" >/dev/null || return 0
  cat >"$run/$1" && mv -n "$run/$1" "$DATA/$1"
}
place config.json <<'JSON'
{
  "access": {"anonymous": "admin"}
}
JSON
place hosts.json <<'JSON'
{"format":1,"revision":1,"hosts":[{"name":"This machine","ip":"127.0.0.1"}]}
JSON

# A session of its own keeps the terminal's Ctrl-C from a child: this script passes it on. Should the script be killed,
# the kernel tells the child.
start() { exec setsid setpriv --pdeathsig TERM "$@" </dev/null; }

if [[ ${MONITOR:-1} != 0 ]]; then
  start "$build/monitord" --config "$DATA/config.json" --data "$DATA" --live "$LIVE" &
  children[$!]=monitord
fi
ln -s "$build/api.fcgi" "$run/api.fcgi"
(cd "$run" && start lighttpd -D -f "$top/lighttpd/run.conf") &
children[$!]=lighttpd

# Whether api.fcgi answers: lighttpd without it says 503, too, but in HTML.
answered() {
  local reply
  reply=$({
    printf 'GET /api/health HTTP/1.0\r\nHost: %s:%s\r\n\r\n' "$BIND" "$PORT" >&3
    timeout 2 cat <&3
  } 2>/dev/null 3<>"/dev/tcp/$address/$PORT") &&
    [[ $reply =~ ^HTTP/1\.[01]\ (200|503)\ .*application/(problem\+)?json ]]
}
SECONDS=0
until answered || ! all_alive; do
  ((SECONDS < 30)) || fail "api.fcgi did not answer within 30 s."
  if ((SECONDS < 2)); then sleep 0.1; else sleep 1; fi
done
! all_alive || echo "Linewatch is at http://$BIND:$PORT/"

status=0
wait -n -p ended "${!children[@]}" 2>/dev/null || status=$?
if ((status > 128)) && signal=$(kill -l "$status" 2>/dev/null); then
  fail "${children[$ended]} was ended by SIG$signal. Linewatch stops."
fi
fail "${children[$ended]} ended with status $status; what it said stands above. Linewatch stops."
