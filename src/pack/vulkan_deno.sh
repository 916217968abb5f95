#!/bin/sh
# Starts Deno so that it finds the Vulkan loader beside this script. Not by LD_LIBRARY_PATH: where that is set, Deno starts no
# child process without the permission to run everything.
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
exec /lib64/ld-linux-x86-64.so.2 --library-path "$here" "$here/../deno/deno" "$@"
