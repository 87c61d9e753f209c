# What dbg does to a device: functions for cut.sh and undo.sh, which run in the device's network
# namespace. What these set before:
#   $netns    the inode of the network namespace; empty: it need not be that one
#   $ifindex  the device. It is found by its number, as names change.
#   $alias    the alias that it has without dbg
#   $isDown   "down" when a cut of this shell's has set the link down
#   $ruleset  the rules of this shell's cut, for nft
#
# Where devices come and go while `ip` lists them (NLM_F_DUMP_INTR, netlink(7)), `ip` fails, or
# says so on stderr with exit code 0 (6.1). It is asked again. A look can fail for another reason,
# as on a host that has no process to spare: that does not mean that the device has ended.
#
# Who changes something holds the lock, one for all of dbg's on this host: no cut is taken apart
# while it is made. flock(2) takes any file that somebody can open, so the file is one that root
# alone can open: the environment of process 1. The kernel lets only those open it who may trace
# that process (ptrace(2), "PTRACE_MODE_READ"). That is no other user, and no root of a container,
# even with all files of the host mounted: it has fewer capabilities. The file is always there, and
# no full or read-only disk takes it away.
#
# No cut is made without the lock. Who undoes one waits for it a second, or 5 where another dbg is
# at it, and then goes on: who holds it may have been stopped (SIGSTOP). Both stay right:
# - A cut is made in this order: the mark, what the mark says, a look whether the mark is still
#   there.
# - Without the lock `clear` begins again until it has found nothing.
# So who looks at the mark last sees what the other one did.

# No name of a device is expanded to names of files.
set -f
isLocked='' taken=''
lock() { (exec 9</proc/1/environ) 2>/dev/null && exec 9</proc/1/environ && flock -w "$1" 9 && isLocked=1; }

newline='
'
# Whether `ip` has listed all devices.
isWhole() { case $all in '' | *'Dump was interrupted'*) return 1 ;; esac; }
# Sets the device's $line and $name, which are empty when it has ended. Fails when that is not
# known.
look() {
  tries=20
  until all=$(ip -o link 2>&1) && isWhole; do [ $((tries -= 1)) -gt 0 ] && sleep 0.05 || return; done
  line=
  case $newline$all in
    *"$newline$ifindex: "*) line=${all#"$ifindex: "}; line=${line#*"$newline$ifindex: "}; line="$ifindex: ${line%%"$newline"*}" ;;
  esac
  name=${line#*: }; name=${name%%: *}; name=${name%@*}
}

# By "No such file or directory" nft says that there is no table.
deleteTable() {
  refused=$(nft delete table netdev "dbg_$ifindex" 2>&1) && took table && return
  case $refused in *"No such file or directory"*) return 0 ;; esac
  case $ruleset$line in
    table* | *" blackhole"* | *" drop:"* | *" loss:"* | *" rate:"*) echo "$refused" >&2; return 1 ;;
  esac
}

# Takes away all that dbg ever put on the device, whichever cut did it. Done again, it does nothing.
# $taken gets a word for each thing that there was.
clear() {
  passes=20
  while :; do
    clearOnce || return
    [ "$found" ] && [ ! "$isLocked" ] || return 0
    [ $((passes -= 1)) -gt 0 ] || return
  done
}
took() { found=1 taken="$taken $1"; }
clearOnce() {
  found=
  look && deleteTable || return
  [ "$line" ] || return 0
  case $(tc qdisc show dev "$name" 2>/dev/null) in
    *" dbb: root"*) tc qdisc del dev "$name" root handle dbb: && took qdisc || return ;;
  esac
  case $line in *"alias dbg cut "????????" down "*) isDown=down ;; esac
  flags=${line#*: <}
  case $isDown,${flags%%>*}, in
    down*,UP,*) ;;
    down*) ip link set dev "$name" up && took link || return ;;
  esac
  case $line in *"alias dbg cut "*) ip link set dev "$name" alias "$alias" && took mark || return ;; esac
}

isPlace() { [ -z "$netns" ] || [ "$(readlink /proc/self/ns/net)" = "net:[$netns]" ]; }
