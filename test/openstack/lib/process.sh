# shellcheck shell=bash
# Starting and stopping daemons by recorded pid, never by name; sourced after common.sh.

# start_time PID: in clock ticks; a recycled pid has another one. Empty without the process, or for a zombie.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }

# alive NAME: is the daemon that NAME's pid file records still running?
alive() {
    local pid started
    [ -r "$RUN/$1.pid" ] || return 1
    read -r pid started <"$RUN/$1.pid" || return 1
    [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

# start NAME CMD...: run CMD as a daemon in its own session and process group, unless it runs already.
start() {
    local name=$1 pid
    shift
    alive "$name" && return 0
    # in $DATA/tmp, since some daemons write files to their working directory; a daemon must not inherit
    # fd 9, the lock of up.sh
    (cd "$DATA/tmp" && exec setsid nohup "$@" </dev/null >>"$LOG/$name.log" 2>&1 9>&-) &
    pid=$!
    echo "$pid $(start_time "$pid")" >"$RUN/$name.pid"
}

# stop SECONDS NAME...: send TERM to each daemon, wait up to SECONDS for all of them, then KILL their
# process groups.
stop() {
    local name pid _ deadline=$((SECONDS + $1)) left=""
    shift
    for name; do
        if alive "$name"; then
            read -r pid _ <"$RUN/$name.pid"
            kill -TERM "$pid" 2>/dev/null && left="$left $name"
        fi
    done
    for name in $left; do
        while alive "$name" && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.1; done
        read -r pid _ <"$RUN/$name.pid"
        kill -KILL -- "-$pid" 2>/dev/null || true
    done
    for name; do rm -f "$RUN/$name.pid"; done
}
