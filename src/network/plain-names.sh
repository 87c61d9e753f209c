# Runs PROGRAM in a view of /proc where no process has a line feed in its name (lsns.ts).
#
# A line feed in the name of a process makes its /proc/PID/stat longer than one line. Over each such
# file this script mounts a copy that has `-` for the name. The copies lie in a tmpfs that is
# mounted on /sys/module. The script runs in a mount namespace of its own, so nothing is written to
# the host.
#
# Arguments: PROGRAM ARG…
mount -n -t tmpfs tmpfs /sys/module || exit
for process in /proc/[0-9]*; do
  # $lines gets an x for each line.
  stat='' lines=''
  { while IFS= read -r line; do stat=$line lines=x$lines; done <"$process/stat"; } 2>/dev/null
  case $lines in xx*) ;; *) continue ;; esac
  pid=${process#/proc/}
  printf '%s (-) %s\n' "$pid" "${stat##*) }" >"/sys/module/$pid"
  mount -n --bind "/sys/module/$pid" "$process/stat" 2>/dev/null
done
exec "$@"
