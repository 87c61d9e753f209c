import { spawn } from 'node:child_process';

/**
 * Starts a guard: when dbg dies without a word, by kill -9 too, it ends the tool with all its children, so that none stays behind
 * as root. In a session of its own (setsid(2)) no signal of the terminal or of dbg's process group, Ctrl-Z's included, reaches
 * it. The function given back tells it that the tool has ended by itself.
 */
export function startGuard(tool: number): () => void {
  const child = spawn('sh', ['-c', GUARD, 'dbg-guard', String(tool)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return () => void child.stdin.end('ended\n');
}

/**
 * $1: the tool. A line on stdin says that it has ended; the end of stdin without one, that dbg has.
 *
 * A process is its pid and its start time, proc(5): the fields of `stat` are counted from behind the name, which may hold spaces,
 * brackets and newlines. A zombie is gone, unless it is the first thread of some that live. In $tree, children stand before their
 * parents: no parent that dies first makes their process group an orphan, which the kernel would wake with CONT (setpgid(2)).
 *
 * What forks in a loop is faster than any list of it. Once stopped it forks no more: the list is whole when all in it stand still
 * and none is new. D, uninterruptible, stands still too: a vfork(2) waits so for its child. SIGSTOP cannot be ignored. The first
 * list is made that way, then HUP (for shells, which hand it on to their jobs and ignore TERM), TERM, and CONT to let them end;
 * what is left after 2 seconds is listed so again and killed.
 */
const GUARD = `
look() {
  last= state= start=
  { while read -r line; do last=$line; done <"/proc/$1/stat"; } 2>/dev/null
  set -- \${last##*) }
  case $1:\${18} in Z:[01] | X:*) ;; *) state=$1 start=\${20} ;; esac
}
lives() { look "\${1%:*}"; [ "$start" = "\${1#*:}" ]; }
living() { alive=; for p in $tree; do lives "$p" && alive="$alive \${p%:*}"; done; [ "$alive" ]; }
send() { living && kill "-$1" $alive; } 2>/dev/null
relist() {
  living
  new=
  while [ "$alive" ]; do
    set --
    for p in $alive; do set -- "$@" "/proc/$p/task/"*/children; done
    alive=
    for p in $(cat "$@" 2>/dev/null); do
      look "$p"
      case " $tree " in *" $p:$start "*) continue ;; esac
      [ "$start" ] && tree="$p:$start $tree" alive="$alive $p" new=1
    done
  done
}
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
read -r _ && exit
freeze
send HUP; send TERM; send CONT
halves=0
while [ $((halves += 1)) -le 4 ]; do
  sleep 0.5
  relist
  living || exit
done
freeze
send KILL
`;
