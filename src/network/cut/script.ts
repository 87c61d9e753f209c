import IN_CONTAINER from '../../enter/in-container.sh';

/**
 * What dbg does to a device, as fixed text for sh(1): all that varies comes in as arguments. It runs in the device's network
 * namespace. `look` finds the device by its ifindex: names move. `clear` takes away all that dbg ever put on a device: so it undoes
 * every cut, whichever made it, and done again it does nothing. Where devices come and go while `ip` lists them (NLM_F_DUMP_INTR,
 * netlink(7)) it fails, or says so on stderr with exit code 0 (6.1): it is asked again. A look that failed, on a host with no process to spare, is no device
 * that has ended; nft's "No such file or directory" is no table.
 *
 * Who changes something holds the lock, one for all of dbg's on this host: a cut that is being made is not taken apart. flock(2) takes
 * any file that somebody could open, so the file is one that root alone can: the environment of process 1. The kernel lets only those
 * open it who might trace that process (ptrace(2), "PTRACE_MODE_READ"): no other user, and no root of a container, which has fewer
 * capabilities, not even with all files of the host mounted. It is always there, and no full or read-only disk takes it away.
 *
 * No cut is made without the lock. Undoing waits for it a second, or 5 where another dbg is at it, and then goes on: who holds it may have been stopped (SIGSTOP). Both
 * stay right, as a cut is made in this order: mark, what the mark says, a look whether the mark is still there; and as without the lock
 * `clear` begins again until it has found nothing. Who looks at the mark last sees what the other one did.
 */
const CLEAR = `
set -f
isLocked=
lock() { (exec 9</proc/1/environ) 2>/dev/null && exec 9</proc/1/environ && flock -w "$1" 9 && isLocked=1; }
newline='
'
isWhole() { case $all in '' | *'Dump was interrupted'*) return 1 ;; esac; }
look() {
  tries=20
  until all=$(ip -o link 2>&1) && isWhole; do [ $((tries -= 1)) -gt 0 ] && sleep 0.05 || return; done
  line=
  case $newline$all in
    *"$newline$ifindex: "*) line=\${all#"$ifindex: "}; line=\${line#*"$newline$ifindex: "}; line="$ifindex: \${line%%"$newline"*}" ;;
  esac
  name=\${line#*: }; name=\${name%%: *}; name=\${name%@*}
}
deleteTable() {
  refused=$(nft delete table netdev "dbg_$ifindex" 2>&1) && found=1 && return
  case $refused in *"No such file or directory"*) return 0 ;; esac
  case $ruleset$line in
    table* | *" blackhole"* | *" drop:"* | *" loss:"* | *" rate:"*) echo "$refused" >&2; return 1 ;;
  esac
}
clear() {
  passes=20
  while :; do
    clearOnce || return
    [ "$found" ] && [ ! "$isLocked" ] || return 0
    [ $((passes -= 1)) -gt 0 ] || return
  done
}
clearOnce() {
  found=
  look && deleteTable || return
  [ "$line" ] || return 0
  case $(tc qdisc show dev "$name" 2>/dev/null) in
    *" dbb: root"*) found=1; tc qdisc del dev "$name" root handle dbb: || return ;;
  esac
  case $line in *"alias dbg cut "????????" down "*) isDown=down ;; esac
  flags=\${line#*: <}
  case $isDown,\${flags%%>*}, in
    down*,UP,*) ;;
    down*) found=1; ip link set dev "$name" up || return ;;
  esac
  case $line in *"alias dbg cut "*) found=1; ip link set dev "$name" alias "$alias" || return ;; esac
}
isPlace() { [ -z "$netns" ] || [ "$(readlink /proc/self/ns/net)" = "net:[$netns]" ]; }
`.trim();

/**
 * Makes a cut, and is its guard: it runs in a session of its own, so that no death of dbg's or of the terminal's ends it half-way.
 *
 * In the last instant it looks again: is this still that namespace, that process of that container, that device at the other end
 * of its wire. It says "ok", "gone", "locked" when it did not get the lock, or "failed" with the reason. Then it waits for the line
 * "keep" on stdin; else it undoes the cut, when the time is over or when stdin ends, as it does with dbg, however that dies, and says
 * "undone". Where somebody wrote another alias over the mark, it undoes what it did all the same.
 *
 * Twice a second it looks whether the kernel still does what the mark says. Rules that are gone (`nft flush ruleset`) or about a name
 * that the device has no longer are made anew: "remade". It ends with "ended" when the device has left this namespace, "replaced" when
 * another cut has its place, "restored" when dbg took the mark away, "lifted" when somebody set the link up, or rules cannot be made.
 *
 * A cut that is kept, and needs more than the link's state, has a shell of this that looks on, every 2 s, until it is undone or its
 * device has gone: no table stays behind for the next device of that name.
 *
 * Arguments: NETNS IFINDEX ALIAS ID NAME PEER NETNSID PID START CONTAINER CENTISECONDS MARK DOWN RULESET QDISC…
 */
export const CUT_SCRIPT = `
netns=$1 ifindex=$2 alias=$3 id=$4 wanted=$5 peer=$6 netnsid=$7 pid=$8 start=$9; shift 9
container=$1 time=$2 mark=$3 down=$4 ruleset=$5; shift 5
isDown=
trap '' PIPE
trap : HUP INT TERM QUIT
${CLEAR}
${IN_CONTAINER}
isContainer() {
  { while read -r field; do stat=$field; done <"/proc/$pid/stat"; } 2>/dev/null || return
  began() { [ "\${20:-}" = "$start" ]; }
  began \${stat##*) } && { inContainer "$container" <"/proc/$pid/cgroup"; } 2>/dev/null
}
# In JSON: the number of a namespace that has a name is printed in no other form.
isDevice() {
  look && [ "$name" = "$wanted" ] || return
  case $line in *"$peer: "*) ;; *) return 1 ;; esac
  case $netnsid$(ip -j link show dev "$name") in
    \\[*) ;;
    *"\\"link_netnsid\\":$netnsid,"* | *"\\"link_netnsid\\":$netnsid}"*) ;;
    *) return 1 ;;
  esac
}
step() { why=$("$@" 2>&1) && return; atLast; echo "failed $why"; exit 1; }
isMarked() { look && case $line in *"alias dbg cut $id "*) ;; *) return 1 ;; esac; }
# nft can be refused because somebody else's rules change in that moment.
atLast() { for turn in 1 2 3 4 5; do clear 2>/dev/null && return; sleep 0.2; done; return 1; }

# The ruleset, with the name that the device has now.
rules() {
  text= rest=$ruleset
  while :; do case $rest in *@*) text=$text\${rest%%@*}$name rest=\${rest#*@} ;; *) break ;; esac; done
  nft "$text$rest"
}
# What the kernel has of it, without what it has counted.
inKernel() { nft -s list table netdev "dbg_$ifindex" 2>/dev/null; }
hasQdisc() { case $(tc qdisc show dev "$name" 2>/dev/null) in *" dbb: root"*) ;; *) return 1 ;; esac; }
makeAnew() {
  lock 5
  isMarked && { [ ! "$ruleset" ] || rules; } && { [ $# = 0 ] || hasQdisc || tc qdisc add dev "$name" root handle dbb: "$@"; } 2>/dev/null
  made=$?
  flock -u 9
  isLocked=
  [ "$made" = 0 ] && kernel=$(inKernel) hooked=$name && isMarked
}
# Whether it is in force, perhaps anew; else what has become of it is in $end.
watch() {
  look || return 0
  end=ended
  [ "$line" ] || return
  flags=\${line#*: <}
  case $line in *"alias dbg cut $id "*) isOurs=1 ;; *"alias dbg cut "*) end=replaced; return 1 ;; *) isOurs= ;; esac
  isThere=1
  [ ! "$ruleset" ] || { [ "$name" = "$hooked" ] && [ "$(inKernel)" = "$kernel" ]; } || isThere=
  [ $# = 0 ] || hasQdisc || isThere=
  case $down,\${flags%%>*}, in down,UP,* | down,*,UP,*) isThere= ;; esac
  [ "$isThere" ] && return
  end=restored
  [ "$isOurs" ] || return
  end=lifted
  [ ! "$down" ] || return
  makeAnew "$@" && echo remade
}
now() { read -r up _ </proc/uptime; now=\${up%.*}\${up#*.}; }
# Whether there is time left, of which "tick" is to be waited for.
hasTime() {
  tick=0.5
  [ "$time" ] || return 0
  now
  left=$((over - now))
  [ "$left" -gt 0 ] || return
  [ "$left" -gt 50 ] || tick=0.$(printf %02d "$left")
}

lock 5 || { echo locked; exit 1; }
isPlace && isContainer && isDevice || { echo gone; exit 1; }
case $line in *"alias dbg cut "*) step clear ;; esac
step ip link set dev "$name" alias "$mark"
[ -z "$ruleset" ] || step rules
[ $# = 0 ] || step tc qdisc add dev "$name" root handle dbb: "$@"
[ -z "$down" ] || step ip link set dev "$name" down
isDown=$down
isMarked || { atLast; [ "$line" ] && echo "failed somebody undid it meanwhile" || echo gone; exit 1; }
flock -u 9
isLocked=
kernel=$(inKernel) hooked=$name
now
over=$((now + \${time:-0}))
echo ok
word= code=124 end=
while [ "$code" = 124 ] && hasTime; do
  word=$(timeout "$tick" head -n 1)
  code=$?
  [ "$code" = 124 ] && { watch "$@" || break; }
  end=
done
if [ "$word" = keep ]; then
  echo kept
  [ "$ruleset" ] || [ $# != 0 ] || exit
  # Not a child that dbg waits for.
  {
    while sleep 2; do watch "$@" || break; done
    [ "$end" = restored ] || [ "$end" = replaced ] || { lock 1; atLast; }
  } </dev/null >/dev/null 2>&1 9<&- 3>&- &
  exit
fi
# Another dbg may be at it, which takes the mark away last, or puts up another one: it holds the
# lock until that is done.
[ "$end" ] && lock 5 || lock 1
look || exit
case $line in
  *"alias dbg cut $id "*) ;;
  *"alias dbg cut "*) echo replaced; exit ;;
  *) [ "$end" != lifted ] || end=restored ;;
esac
atLast || exit
[ "$line" ] || end=ended
echo "\${end:-undone}"
`.trim();

/**
 * Takes every cut of dbg's off a device. With UP, sets the link up in any case, whoever set it down.
 *
 * Arguments: NETNS IFINDEX ALIAS UP
 */
export const UNDO_SCRIPT = `
netns=$1 ifindex=$2 alias=$3 up=$4 isDown= ruleset=
${CLEAR}
isPlace || exit 0
lock 1
clear && look && if [ "$up" ] && [ "$line" ]; then ip link set dev "$name" up; fi
`.trim();
