# Makes a cut and is its guard. It runs in a session of its own, so the death of dbg or of the
# terminal cannot end it half-way.
#
# Arguments:
#   NETNS IFINDEX ALIAS ID NAME PEER NETNSID PID START CONTAINER CENTISECONDS MARK DOWN RULESET
#   QDISC…
#
#   NETNS IFINDEX ALIAS  the device (device.sh)
#   ID            of the cut; it is in the mark, too
#   NAME          the name that the device had when dbg looked
#   PEER NETNSID  the other end of the device's wire: PEER is what `ip link` shows behind the name,
#                 "@if2"; NETNSID is this namespace's number for the one that the other end is
#                 in. Both are empty when the device has no other end in another namespace.
#   PID START     the container's process: its number, and when it started
#   CONTAINER     the container's id
#   CENTISECONDS  how long the cut lasts; empty: until it is undone
#   MARK          the alias that the device gets, which says what the cut is
#   DOWN          "down": the link is set down
#   RULESET       rules for nft, with @ for the device's name; empty: none
#   QDISC…        the words of tc for a queueing discipline; none: there is no queueing discipline
#
# In the last moment before the cut, it checks that nothing has changed: the namespace, the process
# of the container, and the device at the other end of the container's wire. It prints one of these
# lines:
#   ok        the cut is made
#   gone      the cut was not made: one of these is another one now
#   locked    the cut was not made: another dbg held the lock
#   failed …  the cut was not made, and why
# After "ok" it waits for the line "keep" on stdin, and answers "kept". Otherwise it undoes the cut,
# and prints "undone", as soon as the time is over or stdin ends. stdin ends with dbg, however dbg
# dies. The cut is undone even when somebody wrote another alias over the mark.
#
# Twice a second it checks that the kernel still does what the mark says. Rules that have gone
# (`nft flush ruleset`), or that are about a former name of the device, are made anew: it prints
# "remade". When the cut is over for another reason, it prints one of these words:
#   ended     the device has left this namespace, or the container's process has ended
#   replaced  another cut has taken its place
#   restored  dbg took the mark away
#   lifted    somebody set the link up, or the rules cannot be made
#
# A cut that is kept and is more than the link's state leaves a shell of this script behind. That
# shell checks every 2 s, until the cut is undone or its device has gone. So no table stays behind
# for the next device of that name.
netns=$1 ifindex=$2 alias=$3 id=$4 wanted=$5 peer=$6 netnsid=$7 pid=$8 start=$9; shift 9
container=$1 time=$2 mark=$3 down=$4 ruleset=$5; shift 5
isDown=
trap '' PIPE
trap : HUP INT TERM QUIT
. ./device.sh
. ../../enter/in-container.sh

# Whether the container's process is still the same one. Its start time is field 22 of stat, which
# is the 20th field behind the command.
isAlive() {
  { while read -r field; do stat=$field; done <"/proc/$pid/stat"; } 2>/dev/null || return
  began() { [ "${20:-}" = "$start" ]; }
  # shellcheck disable=SC2086 # each field is an argument
  began ${stat##*) }
}
isContainer() { isAlive && { inContainer "$container" <"/proc/$pid/cgroup"; } 2>/dev/null; }
# Whether the device is still the one at the other end of the interface's wire. `ip` is asked in
# JSON: in its other formats it does not print the number of a namespace that has a name.
isDevice() {
  look && [ "$name" = "$wanted" ] || return
  case $line in *"$peer: "*) ;; *) return 1 ;; esac
  case $netnsid$(ip -j link show dev "$name") in
    \[*) ;;
    *"\"link_netnsid\":$netnsid,"* | *"\"link_netnsid\":$netnsid}"*) ;;
    *) return 1 ;;
  esac
}
# Does a step of the cut. When the step fails, the cut is undone and the reason is printed.
step() { why=$("$@" 2>&1) && return; atLast; echo "failed $why"; exit 1; }
isMarked() { look && case $line in *"alias dbg cut $id "*) ;; *) return 1 ;; esac; }
# Undoes the cut, in up to five attempts: nft can be refused when somebody else changes rules in the
# same moment.
atLast() { for _ in 1 2 3 4 5; do clear 2>/dev/null && return; sleep 0.2; done; return 1; }

# Loads the ruleset, with the device's present name in place of each @.
rules() {
  text='' rest=$ruleset
  while :; do case $rest in *@*) text=$text${rest%%@*}$name rest=${rest#*@} ;; *) break ;; esac; done
  nft "$text$rest"
}
# Prints the part of the ruleset that is in the kernel, without its counters.
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
# Whether the cut is in force; rules that have gone are made anew. When it fails, $end says what has
# become of the cut.
watch() {
  end=ended
  # For a cut in the container's own namespace, this shell keeps that namespace, with all devices in
  # it. So it ends when the container's process has ended.
  isAlive || return
  look || return 0
  [ "$line" ] || return
  flags=${line#*: <}
  case $line in *"alias dbg cut $id "*) isOurs=1 ;; *"alias dbg cut "*) end=replaced; return 1 ;; *) isOurs= ;; esac
  isThere=1
  [ ! "$ruleset" ] || { [ "$name" = "$hooked" ] && [ "$(inKernel)" = "$kernel" ]; } || isThere=
  [ $# = 0 ] || hasQdisc || isThere=
  case $down,${flags%%>*}, in down,UP,* | down,*,UP,*) isThere= ;; esac
  [ "$isThere" ] && return
  end=restored
  [ "$isOurs" ] || return
  end=lifted
  [ ! "$down" ] || return
  makeAnew "$@" && echo remade
}
# Sets $now to the time since the boot in hundredths of a second.
now() { read -r up _ </proc/uptime; now=${up%.*}${up#*.}; }
# Whether there is time left. Sets $tick to the seconds to wait until the next check.
hasTime() {
  tick=0.5
  [ "$time" ] || return 0
  now
  left=$((over - now))
  [ "$left" -gt 0 ] || return
  [ "$left" -gt 50 ] || tick=0.$(printf %02d "$left")
}

lock 5 || { echo locked; exit 1; }
{ isPlace && isContainer && isDevice; } || { echo gone; exit 1; }
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
over=$((now + ${time:-0}))
echo ok
word='' code=124 end=''
while [ "$code" = 124 ] && hasTime; do
  word=$(timeout "$tick" head -n 1)
  code=$?
  [ "$code" = 124 ] && { watch "$@" || break; }
  end=
done
if [ "$word" = keep ]; then
  echo kept
  [ "$ruleset" ] || [ $# != 0 ] || exit
  # In the background, so that it is no child that dbg waits for.
  {
    while sleep 2; do watch "$@" || break; done
    [ "$end" = restored ] || { lock 1; look; }
    # The device may have been cut anew during the last check. Then the cut is not this shell's.
    case $end,$line in
      restored,* | replaced,*) ;;
      *"alias dbg cut $id "*) atLast ;;
      *"alias dbg cut "*) ;;
      *) atLast ;;
    esac
  } </dev/null >/dev/null 2>&1 9<&- 3>&- &
  exit
fi
# $end is set when another dbg may be undoing or replacing the cut. That dbg takes the mark away, or
# writes another one, as its last step, and it holds the lock until then. So this shell waits
# longer.
if [ "$end" ]; then lock 5; else lock 1; fi
look || exit
case $line in
  *"alias dbg cut $id "*) ;;
  *"alias dbg cut "*) echo replaced; exit ;;
  *) [ "$end" != lifted ] || end=restored ;;
esac
atLast || exit
[ "$line" ] || end=ended
echo "${end:-undone}"
