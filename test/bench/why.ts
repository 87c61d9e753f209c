import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { bar, type Case, interleaved, type Measured } from './measure.ts';

const ROUNDS = 7;
/** How many containers the host has for `dbg why` alone. */
const HOST = 60;
const NETWORK = 'dbg-bench-why';
const name = (which: string) => `dbg-bench-why-${which}`;
const why = (...words: readonly string[]) => [process.execPath, 'bin/dbg.js', 'why', ...words];

/**
 * What a person would type to find the same, by docs/why.md: for each symptom the commands that the page shows as
 * evidence, one after another. What the person needs to read and to think between them is not counted.
 */
const BY_HAND = {
  dies: `docker ps -a --filter name="$1"
docker inspect "$1"
docker events --since 1h --until 0s --filter container="$1" --filter event=die
docker logs --tail 50 "$1"`,
  slow: `docker inspect "$1"
docker stats --no-stream "$1"
docker logs --tail 50 "$1"
docker top "$1"
docker exec "$1" df -h
docker exec "$1" df -i
docker inspect -f '{{.State.Pid}}' "$1" | while read -r pid; do
  cat "/proc/$pid/limits" "/proc/$pid/status"
  ls /proc/"$pid"/fd
done
dmesg >/dev/null || :`,
  refused: `docker exec "$1" nslookup "$2" || :
docker inspect -f '{{json .NetworkSettings.Networks}}' "$1"
docker inspect -f '{{json .NetworkSettings.Networks}}' "$2"
pid=$(docker inspect -f '{{.State.Pid}}' "$1")
peer=$(docker inspect -f '{{.State.Pid}}' "$2")
address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$2")
nsenter -t "$pid" -n ip route get "$address"
nsenter -t "$pid" -n ip neigh
docker exec "$1" nc -w 2 "$2" 5432 </dev/null || :
nsenter -t "$peer" -n ss -ltunp
iptables-save -c`,
  host: `docker ps -a
docker stats --no-stream
for c; do
  docker inspect "$c"
  docker logs --tail 5 "$c"
done`,
} as const;

const byHand = (which: keyof typeof BY_HAND, ...args: readonly string[]) => ['sh', '-c', BY_HAND[which], 'sh', ...args];

/**
 * A nameserver on an address of this host, which knows no name. The machine's own may be silent, and
 * that is another fault, with a second of waiting.
 */
const NAMESERVER = `const socket = require('dgram').createSocket('udp4').bind(53, process.argv[1], () => console.log('up'));
socket.on('message', (question, { port, address }) => {
  question.writeUInt16BE(0x8183, 2);
  socket.send(question, port, address);
});`;

/** How long `dbg why` takes, beside the commands that a person would type instead. Runs inside an engine of our own. */
export async function benchWhy(): Promise<boolean> {
  const names: string[] = [];
  const start = (which: string, ...words: readonly string[]) => {
    names.push(name(which));
    execFileSync('docker', ['run', '-d', '--name', name(which), '--network', NETWORK, ...words], { stdio: 'ignore' });
  };
  execFileSync('docker', ['network', 'create', NETWORK], { stdio: 'ignore' });
  const format = '{{range .IPAM.Config}}{{.Gateway}}{{end}}';
  const dns = execFileSync('docker', ['network', 'inspect', '-f', format, NETWORK], { encoding: 'utf8' }).trim();
  const nameserver = spawn(process.execPath, ['-e', NAMESERVER, dns], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(nameserver.stdout, 'data');
  try {
    start('web', '--dns', dns, 'busybox', 'sleep', '3600');
    start('db', '--dns', dns, 'busybox', 'httpd', '-f', '-p', '127.0.0.1:5432');
    start('loop', '--dns', dns, '--restart', 'always', 'busybox', 'sh', '-c', 'echo cannot open /etc/app.conf; exit 3');
    await restarted(name('loop'), 3);
    const [web, db, loop] = [name('web'), name('db'), name('loop')];
    const few = measured(`a host with ${names.length} containers`, [
      { name: 'dies at once: by hand', argv: byHand('dies', loop) },
      { name: 'dies at once: dbg why CTR', argv: why(loop), exitCode: 1 },
      { name: 'slow: by hand', argv: byHand('slow', web) },
      { name: 'slow: dbg why CTR', argv: why(web) },
      { name: 'refused: by hand', argv: byHand('refused', web, db) },
      { name: 'refused: dbg why CTR HOST:PORT', argv: why(web, `${db}:5432`), exitCode: 1 },
    ]);
    for (let at = names.length; at < HOST; at++) start(String(at), '--dns', dns, 'busybox', 'sleep', '3600');
    const many = measured(`a host with ${HOST} containers`, [
      { name: 'the host: by hand', argv: byHand('host', ...names) },
      { name: 'the host: dbg why', argv: why(), exitCode: 1 },
    ]);
    return bars([...few, ...many]);
  } finally {
    nameserver.kill('SIGKILL');
    if (names.length > 0) execFileSync('docker', ['rm', '-f', ...names], { stdio: 'ignore' });
    execFileSync('docker', ['network', 'rm', NETWORK], { stdio: 'ignore' });
  }
}

/** Waits until the engine has restarted a container so often. */
async function restarted(container: string, times: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  const restarts = () => Number(execFileSync('docker', ['inspect', '-f', '{{.RestartCount}}', container]).toString());
  while (restarts() < times) {
    if (performance.now() > deadline) throw new Error(`${container} was not restarted ${times} times within a minute`);
    await new Promise((resolve) => void setTimeout(resolve, 200));
  }
}

function measured(where: string, cases: readonly Case[]): Measured[] {
  console.log(`\nwhy, on ${where}, Node ${process.version}, ${ROUNDS} rounds interleaved, in ms`);
  const all = interleaved(cases, ROUNDS);
  const width = Math.max(...all.map((each) => each.name.length));
  for (const { name: what, median, fastest } of all)
    console.log(
      `${what.padEnd(width)}   median ${median.toFixed(0).padStart(6)}   fastest ${fastest.toFixed(0).padStart(6)}`,
    );
  return all;
}

/**
 * How long dbg may take, in units of the commands by hand. Where these only ask the engine, they cost as much as the
 * start of Node does.
 */
const AT_MOST: Readonly<Record<string, number>> = { 'dies at once': 2.5, slow: 0.5, refused: 1.5, 'the host': 1 };

/** dbg promises an answer within 5 s, and is to be as quick as the commands by hand where these measure anything. */
function bars(all: readonly Measured[]): boolean {
  const outcomes = all
    .filter(({ name: what }) => what.includes('dbg'))
    .flatMap(({ name: what, median }) => {
      const [symptom = ''] = what.split(':');
      const atMost = AT_MOST[symptom]!;
      const hand = all.find((each) => each.name === `${symptom}: by hand`)!.median;
      return [
        bar(`${what} within 5 s`, median <= 5000, `${(median / 1000).toFixed(1)} s`),
        bar(`${what} ≤ ${atMost} × by hand`, median <= atMost * hand, (median / hand).toFixed(2)),
      ];
    });
  return outcomes.every(Boolean);
}
