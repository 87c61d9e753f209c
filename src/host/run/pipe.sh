# Makes a pipe, and holds it as descriptor 5 until it is told to go (pipe.ts).
#
# Descriptor 3: the pid is written there, by which the pipe is found: /proc/PID/fd/5.
# Descriptor 4: its end tells to go.
#
# What holds the pipe is a subshell, and `$$` is not its pid: /proc/self leads to that.
: | {
  exec 5<&0
  read -r pid _ </proc/self/stat
  echo "$pid" >&3
  read -r _ <&4
}
