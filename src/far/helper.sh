# The first process of dbg's helper (src/far/helper-settings.ts).
#
# $1: dbg, to be run by Node. What follows are its arguments.
#
# A container ends with its first process: all others in it are killed. So this waits until the
# guards are done, which undo cuts and end tools when dbg itself was killed. That takes a moment; a
# guard that takes 10 s is none any more.
trap : HUP INT QUIT TERM
node -- "$@"
code=$?

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
while [ "$looks" -lt 100 ] && guards; do
  looks=$((looks + 1))
  sleep 0.1
done
exit "$code"
