# inContainer ID <FILE: whether a process is in the container with this id. FILE is the process'
# /proc/PID/cgroup. The process is in the container when a folder in the path of its cgroup is the
# container's.
#
# container-cgroup.ts does the same in TypeScript, and says which names such a folder may have.
# test/unit/enter/in-container.test.ts makes sure that the two agree.
#
# A quoted word of `case` is no pattern, so nothing of the id or of the file is ever expanded. A
# path may have blanks and colons: all that follows the second colon is the path. The kernel writes
# " (deleted)" after the path of a zombie whose cgroup is gone.
inContainer() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ "${#1}" = 64 ] || return
  while IFS= read -r _line; do
    case $_line in [0-9]*:*:/*) ;; *) continue ;; esac
    _line=${_line#*:*:}
    case ${_line%' (deleted)'}/ in
      */"$1"/* | */"$1".scope/*) return 0 ;;
      */docker-"$1"/* | */docker-"$1".scope/*) return 0 ;;
      */libpod-"$1"/* | */libpod-"$1".scope/*) return 0 ;;
      */libpod-payload-"$1"/* | */libpod-payload-"$1".scope/*) return 0 ;;
      */cri-containerd-"$1"/* | */cri-containerd-"$1".scope/*) return 0 ;;
      */crio-"$1"/* | */crio-"$1".scope/*) return 0 ;;
      */nerdctl-"$1"/* | */nerdctl-"$1".scope/*) return 0 ;;
    esac
  done
  return 1
}
