# Makes a pipe, and holds it as descriptor 5 until it is told to go (pipe.ts).
#
# Descriptor 3: the pid is written there. By it the pipe is found: /proc/PID/fd/5.
# Descriptor 4: its end tells this script to go.
#
# A subshell holds the pipe, and `$$` is not the subshell's pid: /proc/self leads to that one.
: | {
  exec 5<&0
  read -r pid _ </proc/self/stat
  echo "$pid" >&3
  read -r _ <&4
}
