import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG, firstLine, onTerminal, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

// A person's shell with job control: what stops in there gives the terminal back to it, as with
// sudo.
const PROMPT = 'OUTER> ';

async function outer(lab: Lab) {
  const terminal = onTerminal(['bash', '--norc', '-i'], { PS1: PROMPT, HISTFILE: '' });
  lab.cleanUp(async () => process.kill(terminal.pid, 'SIGKILL'));
  await terminal.sees(PROMPT);
  const container = await lab.run('web', { options: ['--hostname', 'inner'] });
  return { terminal, container };
}

describe('stopped, and brought back by fg', () => {
  test.for([
    ['shell', 'suspend -f'],
    ['shell', 'kill -STOP $$'],
    ['shell --all', 'kill -STOP $$'],
    ['exec', 'suspend -f'],
    ['exec', 'kill -STOP $$'],
    ['exec', 'kill -TSTP 0; kill -STOP $$'],
  ] as const)('dbg %s: %s', async ([verb, stop], { lab }) => {
    const { terminal, container } = await outer(lab);
    const program = verb === 'exec' ? ' bash --norc -i' : '';
    const ready = 'readline=$((40+2))';
    terminal.type(`${process.execPath} ${DBG} ${verb} ${container}${program}\r`);
    await terminal.sees(program === '' ? 'joined: ' : PROMPT);
    terminal.type(`echo ${ready}\r`);
    await terminal.sees('readline=42');
    terminal.type(`${stop}\r`);
    await terminal.sees('Stopped');
    await terminal.sees(PROMPT);
    terminal.type('echo outside=$((1+1))\r');
    await terminal.sees('outside=2');
    terminal.type('fg\r');
    await terminal.sees(DBG);
    terminal.type('echo in=$(hostname)\r');
    await terminal.sees('in=inner');
    terminal.type('exit 7\r');
    await terminal.sees(PROMPT);
    terminal.type('echo code=$?\r');
    await terminal.sees('code=7');
  });

  test('a program without a prompt, in the background too', async ({ lab }) => {
    const { terminal, container } = await outer(lab);
    const script = "'kill -STOP $$; echo again=$((1+1)); exit 3'";
    terminal.type(`${process.execPath} ${DBG} exec ${container} sh -c ${script}\r`);
    await terminal.sees('Stopped');
    terminal.type('bg\r');
    await terminal.sees('again=2');
    terminal.type('wait %1; echo code=$?\r');
    await terminal.sees('code=3');
  });
});

test('without a terminal dbg does not stop: whoever stopped the program lets it go on', async ({ lab }) => {
  const container = await lab.run('web');
  const script = 'echo $$; kill -STOP $$; exit 3';
  // In a session of its own it has no terminal, wherever the tests are run (setsid(2)).
  const line = [DBG, 'exec', container, 'sh', '-c', script];
  const running = execa(process.execPath, line, { reject: false, stdin: 'ignore', detached: true });
  const pid = Number(await firstLine(running));
  await expect.poll(() => / [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))).toBe(true);
  await sleep(1000); // dbg looks a tenth of a second after it was told
  process.kill(pid, 'SIGCONT');
  expect((await running).exitCode).toBe(3);
});
