#!/bin/sh
# Entry point of the Postgres image. It keeps the contract of the official image:
#   POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB   each also as <name>_FILE
#   POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA
#   /docker-entrypoint-initdb.d/*.sql and *.sh      run once, in the order of their names
#   arguments                                       passed to postgres
# Unlike there, a first start that is cut short begins anew, and every later start sets the
# superuser's password again, so a shop whose Secret was lost and made anew opens its own data.
set -eu

incomplete=$PGDATA/.initialising
scratch=
running=

say() { printf 'entrypoint: %s\n' "$1"; }

fail() {
    say "$1" >&2
    exit 1
}

# setting <name> <default>: takes the value of $name, or of the file that ${name}_FILE points at.
setting() {
    eval "value=\${$1-} file=\${$1_FILE-}"
    if [ -n "$value" ] && [ -n "$file" ]; then
        fail "$1 and $1_FILE are both set: keep one"
    fi
    if [ -n "$file" ]; then
        [ -r "$file" ] || fail "$1_FILE names $file, which cannot be read: mount the secret there"
        value=$(cat "$file")
    fi
    eval "$1=\${value:-\$2}"
    unset "$1_FILE" value file
    export "${1?}"
}

# Starts a server for this script alone: its socket is private, it has no network, and it trusts
# us whatever the pg_hba.conf of the data says. start_privately <data directory> <more options>
start_privately() {
    printf 'local all all trust\n' >"$scratch/pg_hba.conf"
    running=$1
    # No limit on recovery after a crash: whoever watches this container decides.
    pg_ctl --pgdata="$1" --silent --wait --timeout=604800 start --options="\
        -c listen_addresses='' -c unix_socket_directories='$scratch' \
        -c unix_socket_permissions=0700 -c hba_file='$scratch/pg_hba.conf' \
        -c log_statement=none -c log_min_duration_statement=-1 -c log_min_error_statement=panic ${2-}" ||
        fail "the server did not start on $1; its messages are above"
    export PGHOST="$scratch" PGUSER="$POSTGRES_USER"
}

stop_privately() {
    [ -n "$running" ] || return 0
    pg_ctl --pgdata="$running" --silent --wait --timeout=604800 --mode=fast stop
    running=
    unset PGHOST PGUSER
}

leave() {
    status=$?
    trap - EXIT
    stop_privately || true
    [ -z "$scratch" ] || rm -rf "$scratch"
    exit "$status"
}

sql() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 "$@"; }

# Scripts that the user mounted, once, on the fresh database.
run_scripts() {
    for script in /docker-entrypoint-initdb.d/*; do
        case $script in
        *.sh)
            say "running $script"
            if [ -x "$script" ]; then
                "$script"
            else
                # Sourced, as the official image does, so that it sees the settings.
                # shellcheck disable=SC1090
                . "$script"
            fi
            ;;
        *.sql)
            say "running $script"
            sql --dbname="$POSTGRES_DB" --file="$script"
            ;;
        */\*) ;;
        *) say "skipping $script: neither .sql nor .sh" ;;
        esac
    done
}

# Builds the database beside its place and moves it there at the end, PG_VERSION last: a data
# directory that has this file is complete, whenever the power fails.
initialise() {
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA" || fail "$PGDATA does not belong to user $(id -u): \
let PGDATA be a directory inside the volume, for example /var/lib/postgresql/data/pgdata"
    if [ -e "$incomplete" ]; then
        say "an earlier first start was cut short; beginning anew"
        for entry in "$PGDATA"/* "$PGDATA"/.[!.]*; do rm -rf "$entry"; done
    fi
    for entry in "$PGDATA"/* "$PGDATA"/.[!.]*; do
        [ ! -e "$entry" ] || fail "$PGDATA is neither empty nor a database (it has ${entry##*/}): \
let PGDATA be a directory of its own inside the volume"
    done
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
        fail "the superuser has no password: set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD"
    fi

    mkdir "$incomplete"
    fresh=$incomplete/data
    printf '%s' "$POSTGRES_PASSWORD" >"$scratch/password"
    set --
    [ ! -s "$scratch/password" ] || set -- --pwfile="$scratch/password"
    # shellcheck disable=SC2086  # several options in one variable
    initdb --pgdata="$fresh" --username="$POSTGRES_USER" --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=scram-sha-256 --no-sync --no-instructions \
        "$@" ${POSTGRES_INITDB_ARGS-}
    rm -f "$scratch/password"
    printf 'host all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$fresh/pg_hba.conf"
    printf "listen_addresses = '*'\n" >>"$fresh/postgresql.conf"

    data=$PGDATA
    export PGDATA="$fresh"
    # Written safely once, by the syncs below.
    start_privately "$fresh" '-c fsync=off'
    if [ "$POSTGRES_DB" != postgres ]; then
        printf '%s\n' '\getenv name POSTGRES_DB' 'CREATE DATABASE :"name";' | sql --dbname=postgres
    fi
    run_scripts
    stop_privately
    export PGDATA="$data"

    sync
    for entry in "$fresh"/* "$fresh"/.[!.]*; do
        [ ! -e "$entry" ] || [ "${entry##*/}" = PG_VERSION ] || mv "$entry" "$PGDATA/"
    done
    sync
    mv "$fresh/PG_VERSION" "$PGDATA/"
    sync
    rm -rf "$incomplete"
    say "the database is ready"
}

# The password in the Secret is the truth, the one in the database its copy.
set_password() {
    start_privately "$PGDATA"
    sql --dbname=template1 <<'SQL' || fail "could not set the password of $POSTGRES_USER"
\getenv user POSTGRES_USER
\getenv password POSTGRES_PASSWORD
ALTER ROLE :"user" WITH LOGIN PASSWORD :'password';
SQL
    stop_privately
}

case ${1-} in
'' | -*) set -- postgres "$@" ;;
esac
for argument in "$@"; do
    case $argument in
    --help | -\? | --version | -V | --describe-config | -C) exec "$@" ;;
    esac
done
[ "$1" = postgres ] || exec "$@"

[ "$(id -u)" != 0 ] || fail "Postgres refuses to run as root: run this container as another user"
setting POSTGRES_PASSWORD ''
setting POSTGRES_USER postgres
setting POSTGRES_DB "$POSTGRES_USER"
setting POSTGRES_HOST_AUTH_METHOD scram-sha-256

trap leave EXIT
trap 'exit 143' TERM INT
scratch=$(mktemp -d)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initialise
else
    rm -rf "$incomplete"
    # A standby takes roles from its primary and cannot change them.
    if [ -n "$POSTGRES_PASSWORD" ] && [ ! -e "$PGDATA/standby.signal" ]; then
        set_password
    fi
fi
rm -rf "$scratch"
trap - EXIT TERM INT

unset POSTGRES_PASSWORD
exec "$@"
