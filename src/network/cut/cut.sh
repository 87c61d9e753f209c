# Makes a cut, and is its guard. It runs in a session of its own, so that no death of dbg's or of
# the terminal's ends it half-way.
#
# Arguments:
#   NETNS IFINDEX ALIAS ID NAME PEER NETNSID PID START CONTAINER CENTISECONDS MARK DOWN RULESET
#   QDISC…
#
#   NETNS IFINDEX ALIAS  the device (device.sh)
#   ID            the cut's, which the mark has
#   NAME          the name that the device had when dbg looked
#   PEER NETNSID  the other end of its wire: the device's name with that, as `ip link` shows it, and
#                 the number by which this namespace knows the other one's; empty: it has none
#   PID START     the container's process: its number, and when it started
#   CONTAINER     the container's id
#   CENTISECONDS  how long the cut lasts; empty: until it is undone
#   MARK          the alias that the device gets, which says what the cut is
#   DOWN          "down": the link is set down
#   RULESET       rules for nft, with @ for the device's name; empty: none
#   QDISC         the queueing discipline for tc; none: no words
#
# In the last instant it looks again: is this still that namespace, that process of that container,
# that device at the other end of its wire. It says on stdout, a line each:
#   ok        the cut is made
#   gone      it was not made: something of that is another one now
#   locked    it was not made: another dbg held the lock
#   failed …  it was not made, and why
# Then it waits for the line "keep" on stdin: "kept". Else it undoes the cut, when the time is over
# or when stdin ends, as stdin does with dbg, however that dies: "undone". Where somebody wrote
# another alias over the mark, it undoes what it did all the same.
#
# Twice a second it looks whether the kernel still does what the mark says. Rules that are gone
# (`nft flush ruleset`), or about a name that the device has no longer, are made anew: "remade". It
# ends with one of these words:
#   ended     the device has left this namespace, or the container's process has ended
#   replaced  another cut has its place
#   restored  dbg took the mark away
#   lifted    somebody set the link up, or the rules cannot be made
#
# A cut that is kept, and needs more than the link's state, has a shell of this that looks on, every
# 2 s, until it is undone or its device has gone. So no table stays behind for the next device of
# that name.
netns=$1 ifindex=$2 alias=$3 id=$4 wanted=$5 peer=$6 netnsid=$7 pid=$8 start=$9; shift 9
container=$1 time=$2 mark=$3 down=$4 ruleset=$5; shift 5
isDown=
trap '' PIPE
trap : HUP INT TERM QUIT
. ./device.sh
. ../../enter/in-container.sh

# Whether the container's process is still that one. Field 22 of stat is the 20th behind the
# command.
isAlive() {
  { while read -r field; do stat=$field; done <"/proc/$pid/stat"; } 2>/dev/null || return
  began() { [ "${20:-}" = "$start" ]; }
  # shellcheck disable=SC2086 # each field is an argument
  began ${stat##*) }
}
isContainer() { isAlive && { inContainer "$container" <"/proc/$pid/cgroup"; } 2>/dev/null; }
# Whether this is the device at the other end of the interface's wire. It is asked in JSON: in no
# other form `ip` prints the number of a namespace that has a name.
isDevice() {
  look && [ "$name" = "$wanted" ] || return
  case $line in *"$peer: "*) ;; *) return 1 ;; esac
  case $netnsid$(ip -j link show dev "$name") in
    \[*) ;;
    *"\"link_netnsid\":$netnsid,"* | *"\"link_netnsid\":$netnsid}"*) ;;
    *) return 1 ;;
  esac
}
# Does a step of the cut. When it fails, the cut is undone, and the reason told.
step() { why=$("$@" 2>&1) && return; atLast; echo "failed $why"; exit 1; }
isMarked() { look && case $line in *"alias dbg cut $id "*) ;; *) return 1 ;; esac; }
# Undoes the cut. nft can be refused because somebody else's rules change in that moment.
atLast() { for _ in 1 2 3 4 5; do clear 2>/dev/null && return; sleep 0.2; done; return 1; }

# Loads the ruleset, with the name that the device has now where it says @.
rules() {
  text='' rest=$ruleset
  while :; do case $rest in *@*) text=$text${rest%%@*}$name rest=${rest#*@} ;; *) break ;; esac; done
  nft "$text$rest"
}
# What the kernel has of the ruleset, without what it has counted.
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
# Whether the cut is in force, perhaps anew. Else $end says what has become of it.
watch() {
  end=ended
  # In the container's own namespace, this shell is what keeps it, with all devices in it.
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
# Sets $now, in hundredths of a second.
now() { read -r up _ </proc/uptime; now=${up%.*}${up#*.}; }
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
  # Not a child that dbg waits for.
  {
    while sleep 2; do watch "$@" || break; done
    [ "$end" = restored ] || { lock 1; look; }
    # The device may have been cut anew in the midst of the last look: that cut is not this one's.
    case $end,$line in
      restored,* | replaced,*) ;;
      *"alias dbg cut $id "*) atLast ;;
      *"alias dbg cut "*) ;;
      *) atLast ;;
    esac
  } </dev/null >/dev/null 2>&1 9<&- 3>&- &
  exit
fi
# Another dbg may be at it, which takes the mark away last, or puts up another one: it holds the
# lock until that is done.
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
