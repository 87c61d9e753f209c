import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { findProgram } from '../own-engine/programs.ts';
import { bar, interleaved, report } from './measure.ts';

const NAME = 'dbg-bench-reach';
const PORT = 22_522;
const HOSTS = 10;
const ROUNDS = 21;
const PACKETS = 100_000;

/**
 * dbg on another host beside ssh with docker and with tcpdump, over one connection that ssh keeps open. The other host is
 * this one, so that both sides have the same processors. Runs inside an engine of our own.
 */
export async function benchReach(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-reach-'));
  const docker = (...args: readonly string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
  const server = await startServer(folder);
  const env = ['env', `PATH=${folder}/bin:${process.env['PATH'] ?? ''}`, `DOCKER_CONFIG=${folder}/docker`];
  const ssh = [...env, 'ssh', '-p', String(PORT), 'root@127.0.0.1'];
  const dbg = [...env, process.execPath, 'bin/dbg.js'];
  const there = [...dbg, '-H', `ssh://root@127.0.0.1:${PORT}`];
  try {
    // What a bench that was killed has left.
    spawnSync('docker', ['rm', '-f', NAME]);
    docker('run', '-d', '--name', NAME, 'busybox', 'sleep', '3600');
    for (let host = 1; host <= HOSTS; host++) {
      const create = ['docker', 'context', 'create', `bench-${host}`, '--docker', `host=ssh://root@127.0.0.1:${PORT}`];
      execFileSync('env', [...env.slice(1), ...create], { stdio: 'ignore' });
    }
    // The first one opens ssh's connection and brings dbg.
    execFileSync('env', [...there.slice(1), 'exec', NAME, 'true'], { stdio: 'ignore' });
    const entered = interleaved(
      [
        { name: 'ssh HOST docker exec', argv: [...ssh, 'docker', 'exec', NAME, 'true'] },
        { name: 'dbg -H ssh://HOST exec', argv: [...there, 'exec', NAME, 'true'] },
      ],
      ROUNDS,
    );
    const isQuick = report(entered, [{ name: 'dbg -H ssh://HOST exec', than: 'ssh HOST docker exec', atMost: 1 }]);
    const asked = interleaved(
      [
        { name: 'one host', argv: [...dbg, '-c', 'bench-1', 'ps', NAME] },
        { name: `${HOSTS} hosts`, argv: [...dbg, '-c', 'bench-*', 'ps', NAME] },
      ],
      5,
    );
    const isAtOnce = report(asked, [{ name: `${HOSTS} hosts`, than: 'one host', atMost: 1.5 }]);
    const pid = docker('inspect', '-f', '{{.State.Pid}}', NAME);
    const inside = ['nsenter', '-t', pid, '-n'];
    execFileSync('nsenter', ['-t', pid, '-n', 'ip', 'link', 'set', 'lo', 'up']);
    const bare = await captured(join(folder, 'bare.pcap'), inside, (file) =>
      spawn(ssh[0]!, [...ssh.slice(1), 'timeout', '30', ...inside, 'tcpdump', '-i', 'lo', '-U', '-w', '-', 'udp'], {
        stdio: ['ignore', file, 'pipe'],
      }),
    );
    const own = await captured(join(folder, 'own.pcap'), inside, (_, path) =>
      spawn(there[0]!, [...there.slice(1), 'tcpdump', NAME, '-i', 'lo', '-w', path, 'udp'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    const ratio = own / bare;
    const isWhole = bar(
      `packets captured by ssh ≥ 0.9 × ssh HOST tcpdump`,
      ratio >= 0.9,
      `${own} and ${bare} of ${PACKETS}`,
    );
    return isQuick && isAtOnce && isWhole;
  } finally {
    spawnSync(ssh[0]!, [...ssh.slice(1, -1), '-O', 'exit', 'root@127.0.0.1']);
    server.kill('SIGKILL');
    spawnSync('docker', ['rm', '-f', NAME]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An sshd of the bench's own, and an ssh in `bin/` that keeps one connection to it open. */
async function startServer(folder: string): Promise<ChildProcess> {
  mkdirSync(join(folder, 'bin'));
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const [own, host] = ['own_key', 'host_key'].map((name) => join(folder, name)) as [string, string];
  for (const key of [own, host]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port ${PORT}\nListenAddress 127.0.0.1\nHostKey ${host}\nAuthorizedKeysFile ${own}.pub\nPidFile none\nUsePAM no\n` +
      `StrictModes no\nPermitRootLogin prohibit-password\nMaxSessions 100\nSetEnv XDG_CACHE_HOME=${folder}/cache\n`,
  );
  const known = readFileSync(`${host}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${PORT} ${known}\n`);
  writeFileSync(
    join(folder, 'config'),
    `Host *\n  IdentityFile ${own}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${folder}/known_hosts\n` +
      `  GlobalKnownHostsFile /dev/null\n  ControlMaster auto\n  ControlPath ${folder}/%C\n  ControlPersist 60\n`,
  );
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec ${findProgram('ssh')} -F ${folder}/config "$@"\n`);
  chmodSync(join(folder, 'bin/ssh'), 0o755);
  const server = spawn(findProgram('sshd')!, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(server.stderr, 'data');
  return server;
}

/** How many of the packets sent are in the file of a capture. */
async function captured(
  path: string,
  inside: readonly string[],
  start: (file: number, path: string) => ChildProcess,
): Promise<number> {
  const file = openSync(path, 'w');
  const capture = start(file, path);
  let said = '';
  capture.stderr!.on('data', (piece: Buffer) => (said += piece.toString()));
  while (!said.includes('listening on')) await once(capture.stderr!, 'data');
  const send = `const s = require('dgram').createSocket('udp4'); let left = ${PACKETS};
    const more = () => { if (left-- > 0) s.send('x'.repeat(200), 9, '127.0.0.1', () => left % 50 ? more() : setImmediate(more)); else s.close(); }; more();`;
  execFileSync(inside[0]!, [...inside.slice(1), process.execPath, '-e', send], { stdio: 'ignore' });
  await after(2000);
  // ssh's master holds the pipe for as long as tcpdump runs over there.
  const ended = once(capture, 'exit');
  capture.kill('SIGINT');
  await ended;
  closeSync(file);
  const { stdout } = spawnSync('tcpdump', ['-nr', path, '--count', 'dst port 9'], { encoding: 'utf8' });
  return Number(/^(\d+) packet/m.exec(stdout)?.[1] ?? 0);
}
