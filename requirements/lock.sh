#!/bin/sh
# Writes the hash-locked lists from pyproject.toml: sh requirements/lock.sh [--upgrade | --upgrade-package NAME]
#
# Needs uv (`pip install uv`). Each list is one for all supported interpreters and architectures. It names versions and
# hashes of the public index only: the machine's own configuration is not looked at, no index address is written.
# `runtime` is what a box gets; each later list holds what it adds, at the versions of the earlier ones.
set -eu
cd "$(dirname -- "$0")/.."
unset UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_CONFIG_FILE

lock() {
    output=requirements/$1.txt
    shift
    uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-annotate --custom-compile-command 'sh requirements/lock.sh' --output-file "$output" "$@"
}

lock runtime pyproject.toml "$@"
earlier='--constraint requirements/runtime.txt'
for group in simulator test lint build; do
    # shellcheck disable=SC2086  # a list of options
    lock "$group" --group "$group" $earlier "$@"
    earlier="$earlier --constraint requirements/$group.txt"
done
