# Shared by the scripts beside it. Source it; it changes to the repository's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
TRAYLINE_ROOT=$PWD
export TRAYLINE_ROOT

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

# What is being done, for the person who waits.
say() { printf '%s==> %s%s\n' "$bold" "$*" "$plain"; }
# What went wrong, and out.
die() {
  printf 'scripts/%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Two jobs by default: the machines that this is built on are small.
jobs=${TRAYLINE_JOBS:-$(nproc)}

# configure_and_build PRESET [TARGET ...]
configure_and_build() {
  local preset=$1
  shift
  cmake --preset "$preset" >"build-$preset.log" 2>&1 || {
    cat "build-$preset.log" >&2
    rm -f "build-$preset.log"
    die "configuring '$preset' failed"
  }
  rm -f "build-$preset.log"
  cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
}

# build_web: the pages, from the lock file.
build_web() {
  (cd sync/hq/web && npm run --silent build)
}
