import { execFileSync } from 'node:child_process';
import { type Bar, type Case, interleaved, report } from './measure.ts';

/** What it costs to start dbg, beside what a person would use instead. Runs inside an engine of our own. */
export function benchStart(nodes: readonly string[]): boolean {
  const container = 'dbg-bench-start';
  execFileSync('docker', ['rm', '-f', container], { stdio: 'ignore' });
  execFileSync('docker', ['run', '-d', '--name', container, 'busybox', 'sleep', '3600'], { stdio: 'ignore' });
  try {
    return nodes.map((node) => benchWith(node, container)).every(Boolean);
  } finally {
    execFileSync('docker', ['rm', '-f', container], { stdio: 'ignore' });
  }
}

function benchWith(node: string, container: string): boolean {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const recipe = 'exec nsenter -t "$(docker inspect -f "{{.State.Pid}}" "$1")" -n -u -i true';
  const cases: Case[] = [
    { name: 'node -e 0', argv: [node, '-e', '0'] },
    { name: 'dbg --version', argv: [node, 'bin/dbg.js', '--version'] },
    { name: 'dbg exec CTR true', argv: [node, 'bin/dbg.js', 'exec', container, 'true'] },
    { name: 'dbg exec --host-view CTR true', argv: [node, 'bin/dbg.js', 'exec', '--host-view', container, 'true'] },
    { name: 'completion of CTR', argv: [node, 'bin/dbg.js', '__complete', '--', 'exec', container.slice(0, -1)] },
    { name: 'dbg veth CTR', argv: [node, 'bin/dbg.js', 'veth', container] },
    { name: 'docker exec CTR true', argv: ['docker', 'exec', container, 'true'] },
    { name: 'nsenter recipe by hand', argv: ['sh', '-c', recipe, 'sh', container] },
  ];
  const bars: Bar[] = [
    { name: 'dbg --version', than: 'node -e 0', atMost: 1.15 },
    { name: 'dbg exec CTR true', than: 'docker exec CTR true', atMost: 0.8 },
    { name: 'dbg exec CTR true', than: 'node -e 0', atMost: 1.7 },
    { name: 'dbg exec --host-view CTR true', than: 'node -e 0', atMost: 1.5 },
    { name: 'completion of CTR', than: 'node -e 0', atMost: 1.4 },
    { name: 'dbg veth CTR', than: 'node -e 0', atMost: 2.4 },
  ];
  console.log(`\nstart, Node ${version}, ${ROUNDS} rounds interleaved`);
  return report(interleaved(cases, ROUNDS), bars);
}

const ROUNDS = 41;
