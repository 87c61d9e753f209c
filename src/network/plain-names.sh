# Runs a program where no process has a line feed in its name (lsns.ts).
#
# A name with line feeds makes the process' /proc/PID/stat more than one line. Over each such file
# another one is mounted, with `-` for the name. These files lie in a tmpfs on a folder of /sys. It
# runs in a mount namespace of its own: nothing is written to the host.
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
