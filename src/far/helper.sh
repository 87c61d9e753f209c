# The first process of dbg's helper (src/far/helper-settings.ts).
#
# $1: "leashed": dbg has a terminal, and starts only when its leash is there (helper-leash.pl). The
#     engine does not close a terminal when the dbg in front of the person dies.
# $2: dbg, to be run by Node. What follows are its arguments.
#
# A container ends with its first process: all others in it are killed. So when dbg did not end by
# itself, this waits until the guards are done, which undo cuts and end tools. That takes a moment;
# one that takes 10 s is not waited for any longer.
leash=$1
shift
looks=0
while [ "$leash" = leashed ] && [ ! -e /tmp/leashed ]; do
  looks=$((looks + 1))
  if [ "$looks" -gt 300 ]; then exit 129; fi
  sleep 0.1
done

node -- "$@" <&0 &
dbg=$!
trap 'kill -HUP "$dbg"' HUP
trap 'kill -TERM "$dbg"' TERM
# A terminal gives these to dbg as well.
trap : INT QUIT
code=
while [ -z "$code" ] || kill -0 "$dbg" 2>/dev/null; do
  wait "$dbg"
  code=$?
done

cgroup() {
  its=
  while read -r line; do its=$its$line; done <"$1/cgroup"
} 2>/dev/null
guards() {
  for process in /proc/[0-9]*; do
    cgroup "$process"
    if [ "$its" = "$own" ] && grep -qaE 'dbg-(guard|cut|sweep)' "$process/cmdline" 2>/dev/null; then return 0; fi
  done
  return 1
}
cgroup /proc/self
own=$its
looks=0
while [ "$code" -ge 125 ] && [ "$looks" -lt 100 ] && guards; do
  looks=$((looks + 1))
  sleep 0.1
done
exit "$code"
