# The guard of a tool (tool-guard.ts). It ends the tool with all its children, so that none stays as
# root.
#
# It does what the lines on stdin say: `list`, `leave` or `sweep`. When stdin ends without one of
# the last two, dbg has ended: then it sweeps too.
#
# Argument: the tool's pid
#
# $tree holds the processes, each as PID:START, its pid and its start time. Children stand before
# their parents. So no parent dies first and makes its children's process group an orphan, which the
# kernel would wake with CONT (setpgid(2)).
#
# A process that forks in a loop is faster than any list of its children. But a stopped process
# forks no more, and SIGSTOP cannot be ignored. So the list is whole when all in it stand still and
# none is new.
#
# - The first list is made that way. Then all get HUP, which is for shells: they pass it on to their
#   jobs, and ignore TERM. Then all get TERM, and CONT to let them end.
# - What is left after 2 seconds is listed that way again, and killed.
#
# When dbg leads its session (`ssh -t HOST dbg shell`, a window of its own), its death hangs up the
# terminal (tty_io.c, __tty_hangup). The tool, a shell, then reads an end and may be gone before it
# is listed, and its jobs are nobody's children. But everything in such a session came from dbg, so
# it is found by the session.

# Sets $state, $session and $start from /proc/PID/stat (proc(5)). The fields are counted from behind
# the name, which may hold blanks, brackets and line feeds. $start is empty when the process is
# gone. A zombie (Z) is gone, unless it is the first of several threads (field 20) and some of them
# still live.
look() {
  last='' state='' start='' session=''
  { while read -r line; do last=$line; done <"/proc/$1/stat"; } 2>/dev/null
  # The name must not be expanded to names of files.
  set -f
  # shellcheck disable=SC2086 # each field is an argument
  set -- ${last##*) }
  set +f
  case $1:${18} in Z:[01] | X:*) ;; *) state=$1 session=$4 start=${20} ;; esac
}
lives() { look "${1%:*}"; [ "$start" = "${1#*:}" ]; }
# Sets $alive: the pids in $tree that live. Fails when there is none.
living() { alive=; for p in $tree; do lives "$p" && alive="$alive ${p%:*}"; done; [ "$alive" ]; }
# shellcheck disable=SC2086 # each pid is an argument
send() { living && for name; do kill "-$name" $alive; done; } 2>/dev/null
# Sets $now, in hundredths of a second since boot.
now() { read -r up _ </proc/uptime; now=${up%.*}${up#*.}; }

# Adds to $tree the children of all in it, and their children in turn. $new tells whether there was
# any.
relist() {
  living
  new=
  while [ "$alive" ]; do
    files=
    for p in $alive; do files="$files /proc/$p/task/*/children"; done
    alive=
    # shellcheck disable=SC2013,SC2086 # words are meant, and patterns of names
    for p in $(cat $files 2>/dev/null); do
      look "$p"
      case " $tree " in *" $p:$start "*) continue ;; esac
      [ "$start" ] && tree="$p:$start $tree" alive="$alive $p" new=1
    done
  done
}

# Adds to $tree all processes of the session that dbg led.
adopt() {
  for p in /proc/[0-9]*; do
    look "${p#/proc/}"
    [ "$session" = "$led" ] || continue
    case " $tree " in *" ${p#/proc/}:$start "*) ;; *) tree="${p#/proc/}:$start $tree" ;; esac
  done
}

# Stops all, until none is new and none moves. An uninterruptible process (D) stands still too:
# vfork(2) waits for its child that way.
freeze() {
  pass=0
  while [ $((pass += 1)) -le 100 ]; do
    send STOP
    moving=
    for p in $tree; do lives "$p" && case $state in [RS]) moving=1 ;; esac; done
    relist
    [ "$new$moving" ] || return
    [ "$new" ] || sleep 0.01
  done
}

look "$1"
tree=$1:$start
[ "$start" ] || exit
[ "$session" = "$PPID" ] && led=$PPID || led=
while read -r word; do
  case $word in
    list) relist; echo ;;
    leave) exit ;;
    sweep) led=; break ;;
  esac
done
freeze
if [ "$led" ]; then adopt; freeze; fi
send HUP TERM CONT
now
end=$((now + 200))
while [ "$now" -lt "$end" ]; do
  sleep 0.1
  relist
  living || exit
  now
done
freeze
send KILL
