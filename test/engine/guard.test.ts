import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { commandLines, DBG, firstLine, onTerminal, processes, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** dbg with a tool, in a process group of its own, as a shell with job control starts it; its pid is the group's. */
async function start(lab: Lab, script: string): Promise<number> {
  const container = await lab.run();
  const running = execa(process.execPath, [DBG, 'exec', container, 'sh', '-c', script], {
    reject: false,
    detached: true,
    stdin: 'ignore',
  });
  lab.cleanUp(async () => {
    for (const { pid, command } of processes()) if (/sleep 37\d\d/.test(command)) kill(pid, 'SIGKILL');
    kill(-running.pid!, 'SIGKILL');
    await running;
  });
  await firstLine(running);
  await hasCompany(running.pid!);
  return running.pid!;
}

/** On a busy machine the tool can be quicker than what dbg starts beside it, and that moment is a known limit. */
async function hasCompany(dbg: number): Promise<void> {
  const started = () => {
    const pids = readFileSync(`/proc/${dbg}/task/${dbg}/children`, 'utf8').trim().split(' ').map(Number);
    return processes().filter(({ pid, command }) => pids.includes(pid) && !command.includes(DBG)).length === 3;
  };
  for (let tries = 0; !started() && tries < 50; tries++) await sleep(20);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

const left = (mark: string) => commandLines().filter((line) => line.includes(mark) && !line.includes(DBG));

/** For as long as the guard takes, which must not be for ever: nothing is left, and nothing comes again. */
async function gone(mark: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (left(mark).length > 0 && Date.now() < deadline) await sleep(50);
  await sleep(300);
  expect(left(mark)).toEqual([]);
}

const stateOf = (pid: number) => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

describe('kill -9 of dbg ends', () => {
  test('a tool that ignores HUP, and starts a child when TERM comes', async ({ lab }) => {
    const dbg = await start(lab, `trap '' HUP; trap 'sleep 3701 &' TERM; echo ready; while :; do sleep 0.1; done`);
    process.kill(dbg, 'SIGKILL');
    await gone('sleep 3701');
  });

  test('a tool that forks in a loop', async ({ lab }) => {
    const dbg = await start(lab, `trap '' HUP TERM; echo ready; while :; do sleep 3711 & sleep 0.005; done`);
    process.kill(dbg, 'SIGKILL');
    await gone('sleep 3711');
  });

  test('a tool whose children fork in a loop too', async ({ lab }) => {
    const fork = `while :; do sleep 3721 & sleep 0.05; done`;
    const dbg = await start(lab, `trap '' HUP TERM; echo ready; for i in 1 2 3 4; do { ${fork}; } & done; ${fork}`);
    process.kill(dbg, 'SIGKILL');
    await gone('sleep 3721');
  });

  test('a tool whose whole group was stopped', async ({ lab }) => {
    const dbg = await start(lab, 'sleep 3731 & echo ready; exec sleep 3732');
    process.kill(-dbg, 'SIGSTOP');
    process.kill(dbg, 'SIGKILL');
    await gone('sleep 373');
  });

  test('a tool that was stopped by Ctrl-Z and ignores HUP', async ({ lab }) => {
    const container = await lab.run();
    const terminal = onTerminal(['bash', '--norc', '-i'], { PS1: 'outer> ' });
    lab.cleanUp(async () => kill(terminal.pid, 'SIGKILL'));
    const script = `trap '' HUP TERM; echo rea''dy; while :; do sleep 3741; done`;
    terminal.type(`${process.execPath} ${DBG} exec ${container} sh -c '${script.replaceAll("'", `'\\''`)}'\r`);
    await terminal.sees('ready');
    terminal.type('\u001a');
    await terminal.sees('Stopped');
    const dbg = processes().find(({ command }) => command.startsWith(`${process.execPath} ${DBG} exec ${container}`))!;
    expect(stateOf(dbg.pid)).toBe('T');
    process.kill(dbg.pid, 'SIGKILL');
    await gone('sleep 3741');
  });

  test.for(['SIGINT', 'SIGHUP', 'SIGUSR1'] as const)(
    'a tool that ignores a %s of the group',
    async (signal, { lab }) => {
      const dbg = await start(lab, `trap '' INT HUP USR1; sleep 3751 & echo ready; while :; do sleep 3752; done`);
      process.kill(-dbg, signal);
      process.kill(dbg, 'SIGKILL');
      await gone('sleep 375');
    },
  );
});
