#!/bin/sh
# Runs a task with the Deno and the packages that lie beside this script: no network, no installation.
set -eu

here=$(cd -- "$(dirname -- "$0")" && pwd -P)

usage() {
  cat <<'TEXT'
Usage: ./run TASK [arguments]

Tasks:
@USAGE@

./run TASK --help says more. Where a help text says "deno task", use ./run.
Everything needed is in this folder, but for the GPU's own driver.
TEXT
}

say() { printf 'run: %s\n' "$*" >&2; }

# The cache of the linker may name a file that is gone.
has_loader() {
  for file in /usr/lib/x86_64-linux-gnu/libvulkan.so.1 /usr/lib64/libvulkan.so.1 /usr/lib/libvulkan.so.1 \
    $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | sed -n 's/.*libvulkan\.so\.1 (.*x86-64.*=> //p'); do
    if [ -e "$file" ]; then return 0; fi
  done
  return 1
}

case ${1:-} in
  "") usage >&2 && exit 2 ;;
  -h | --help | help) usage && exit 0 ;;
esac
if ! usage | grep -F -- "  $1 " >/dev/null; then
  say "Cannot run \"$1\": there is no such task; ./run --help lists them"
  exit 2
fi
if [ "$(uname -s) $(uname -m)" != "Linux x86_64" ] || ! [ -e /lib64/ld-linux-x86-64.so.2 ]; then
  say "Cannot run on this machine ($(uname -s) $(uname -m)): this archive is for x86-64 Linux with glibc"
  exit 1
fi

PATH=$here/deno:$PATH
# What this host has is what its driver was made for; the loader in the archive is for hosts without any.
if ! has_loader; then PATH=$here/vulkan:$PATH; fi
export PATH
export DENO_DIR="${DENO_DIR:-$here/.cache}" DENO_NO_UPDATE_CHECK=1
# A checkout around this folder is not where the code comes from.
export GIT_CEILING_DIRECTORIES="${here%/*}"
# Vulkan's window-system code complains on stderr where this is absent.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR=$here/.runtime
  if ! mkdir -p -m 700 -- "$XDG_RUNTIME_DIR" 2>/dev/null; then XDG_RUNTIME_DIR=$(mktemp -d); fi
  export XDG_RUNTIME_DIR
fi
# Paths belong to the folder the person stands in.
export INIT_CWD="$PWD"
cd -- "$here"
task=$1
shift
case $task in
@TASKS@
esac
