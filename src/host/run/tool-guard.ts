import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Ends a tool with all its children, so that none stays behind as root. */
export interface Guard {
  /** Lists the tool's children: when the tool ends, nothing tells any more whose they were. */
  list(): Promise<void>;
  /** The tool has ended by itself: what it started stays. */
  leave(): void;
  /** The tool was ended by a signal to dbg: what it started ends too. */
  sweep(): void;
}

/**
 * Starts a guard, which also sweeps when dbg dies without a word, by kill -9 too. In a session of its own (setsid(2)) no signal of
 * the terminal or of dbg's process group, Ctrl-Z's included, reaches it.
 */
export function startGuard(tool: number): Guard {
  const child = spawn('sh', ['-c', GUARD, 'dbg-guard', String(tool)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => undefined);
  for (const stream of [child.stdin, child.stdout]) stream.on('error', () => undefined);
  child.unref();
  // It must not keep dbg's process alive.
  (child.stdout as unknown as Socket).unref();
  return {
    list: () =>
      new Promise((resolve) => {
        const listed = () => resolve();
        setTimeout(listed, LIST_MS).unref();
        child.stdout.once('data', listed).once('close', listed);
        child.stdin.write('list\n');
      }),
    leave: () => void child.stdin.end('leave\n'),
    sweep: () => void child.stdin.end('sweep\n'),
  };
}

/** A signal waits no longer than this for the list. */
const LIST_MS = 200;

/**
 * $1: the tool. It does what the lines on stdin say; the end of stdin without one says that dbg has ended.
 *
 * A process is its pid and its start time, proc(5): the fields of `stat` are counted from behind the name, which may hold spaces,
 * brackets and newlines. A zombie is gone, unless it is the first thread of some that live. In $tree, children stand before their
 * parents: no parent that dies first makes their process group an orphan, which the kernel would wake with CONT (setpgid(2)).
 *
 * What forks in a loop is faster than any list of it. Once stopped it forks no more: the list is whole when all in it stand still
 * and none is new. D, uninterruptible, stands still too: a vfork(2) waits so for its child. SIGSTOP cannot be ignored. The first
 * list is made that way, then HUP (for shells, which hand it on to their jobs and ignore TERM), TERM, and CONT to let them end;
 * what is left after 2 seconds is listed so again and killed.
 *
 * Where dbg leads its session (`ssh -t HOST dbg shell`, a window of its own), its death hangs up the terminal (tty_io.c, __tty_hangup): the shell reads an end
 * and may be gone before it is listed, and its jobs are nobody's children. All that is in such a session came from dbg: it is listed by that.
 */
const GUARD = `
look() {
  last= state= start= session=
  { while read -r line; do last=$line; done <"/proc/$1/stat"; } 2>/dev/null
  set -f
  set -- \${last##*) }
  set +f
  case $1:\${18} in Z:[01] | X:*) ;; *) state=$1 session=$4 start=\${20} ;; esac
}
lives() { look "\${1%:*}"; [ "$start" = "\${1#*:}" ]; }
living() { alive=; for p in $tree; do lives "$p" && alive="$alive \${p%:*}"; done; [ "$alive" ]; }
send() { living && for name; do kill "-$name" $alive; done; } 2>/dev/null
now() { read -r up _ </proc/uptime; now=\${up%.*}\${up#*.}; }
relist() {
  living
  new=
  while [ "$alive" ]; do
    files=
    for p in $alive; do files="$files /proc/$p/task/*/children"; done
    alive=
    for p in $(cat $files 2>/dev/null); do
      look "$p"
      case " $tree " in *" $p:$start "*) continue ;; esac
      [ "$start" ] && tree="$p:$start $tree" alive="$alive $p" new=1
    done
  done
}
adopt() {
  for p in /proc/[0-9]*; do
    look "\${p#/proc/}"
    [ "$session" = "$led" ] || continue
    case " $tree " in *" \${p#/proc/}:$start "*) ;; *) tree="\${p#/proc/}:$start $tree" ;; esac
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
`;
