#!/bin/sh
# Entry point of the Redis image. The arguments are what the official image takes: a program with
# its arguments, or only the arguments of redis-server (a configuration file, options).
set -eu

case ${1-} in
-* | *.conf) set -- redis-server "$@" ;;
esac

# Succeeds when the configuration file or the options decide about protected mode.
protection_is_decided() {
    file=
    for argument in "$@"; do
        case $argument in
        --protected-mode) return 0 ;;
        *.conf) file=$argument ;;
        esac
    done
    [ -n "$file" ] || return 1
    while read -r name _ || [ -n "${name-}" ]; do
        if [ "$name" = protected-mode ]; then
            return 0
        fi
    done <"$file"
    return 1
}

if [ "${1-}" = redis-server ]; then
    # Snapshots and logs hold customers' data: nobody else may read them.
    umask 0077
    # A container is reached over the network by nature. Like the official image, and unlike
    # Debian's package, leave access to ACLs and network policies.
    if ! protection_is_decided "$@"; then
        set -- "$@" --protected-mode no
    fi
fi

exec "$@"
