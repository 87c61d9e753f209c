# Starts dbg on the host where the containers are, for a person who is in front of another one
# (src/jobs/far/over-ssh.ts).
#
# $1: the key of the near dbg's files. dbg here must be the same.
# $2: what for.
#     frames    dbg speaks frames (far-frames.ts) on stdin and stdout.
#     terminal  dbg has the person's terminal. The arguments that follow are variables (NAME=VALUE),
#               "--", and dbg's own arguments.
#
# Before frames begin, lines that begin with "dbg-far" say how it stands. A login shell may have
# printed something else before.
key=$1 purpose=$2
shift 2
folder=${XDG_CACHE_HOME:-$HOME/.cache}/dbg/$key

node=$(command -v node || command -v nodejs) || {
  echo dbg-far no-node
  exit 98
}
installed=$(readlink -f "$(command -v dbg)")
installed=${installed%/bin/dbg.js}
if [ "$(cat "$installed/dist/key" 2>/dev/null)" = "$key" ]; then
  folder=$installed
elif [ ! -f "$folder/dist/key" ]; then
  if [ "$purpose" = terminal ]; then exit 97; fi
  # The files come on stdin: a line with their size, and that many bytes of a packed tar archive.
  echo dbg-far missing
  read -r size || exit 0
  umask 077
  new=$folder.$$
  if mkdir -p "$new" && head -c "$size" | tar -xzf - -C "$new"; then
    # Another dbg may have brought them meanwhile.
    mv -T "$new" "$folder" 2>/dev/null || rm -rf "$new"
  else
    rm -rf "$new"
    echo dbg-far not-taken
    exit 98
  fi
fi
if [ "$purpose" = terminal ]; then
  while [ "$1" != -- ]; do
    export "${1?}"
    shift
  done
  shift
  exec "$node" -- "$folder/bin/dbg.js" "$@"
fi
echo dbg-far ready
if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then
  exec sudo -n -- "$node" -- "$folder/bin/dbg.js" __far
fi
exec "$node" -- "$folder/bin/dbg.js" __far
