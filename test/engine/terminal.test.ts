import { expect } from 'vitest';
import { dbgOnTerminal } from './support/dbg.ts';
import { test } from './support/lab.ts';

const BASH = { SHELL: '/bin/bash', PS1: '$ ' };

test('an interactive shell: type, resize, Ctrl-C, Ctrl-Z, exit', async ({ lab }) => {
  const container = await lab.run('c', { options: ['--hostname', 'in-here'] });
  const terminal = dbgOnTerminal(['shell', container], BASH);
  terminal.type('echo "$(hostname) $(tty | cut -c1-8)"\r');
  await terminal.sees('in-here /dev/pts');

  terminal.type('stty size\r');
  await terminal.sees('24 80');
  terminal.resize(101, 33);
  terminal.type('stty size\r');
  await terminal.sees('33 101');

  // What it says tells that it has the terminal; the echo of the line comes before. One process: a
  // shell that is in vfork(2) when Ctrl-Z comes waits for a child that has stopped before.
  const command = `perl -e '$|=1; $SIG{CONT} = sub { print "again-", 2+3, "\\n" }; print "runs-", 1+1, "\\n"; select undef, undef, undef, 0.05 while 1'`;
  terminal.type(`${command}\r`);
  await terminal.sees('runs-2');
  terminal.type('\u0003');
  terminal.type('echo "code $?"\r');
  await terminal.sees('code 130');

  terminal.type(`${command}\r`);
  await terminal.sees('runs-2');
  terminal.type('\u001a');
  await terminal.sees(/Stopped +perl -e /);
  terminal.type('fg\r');
  await terminal.sees('again-5');
  terminal.type('\u0003');
  terminal.type('exit 7\r');
  expect(await terminal.ended).toBe(7);
});

test('Ctrl-C ends one command, once', async ({ lab }) => {
  const container = await lab.run();
  const script = `trap 'echo "INT $((++n))"; sleep 0.3; echo "seen $n"; exit 5' INT; echo ready; while :; do sleep 0.05; done`;
  const terminal = dbgOnTerminal(['exec', container, 'bash', '-c', script]);
  await terminal.sees('ready');
  terminal.type('\u0003');
  await terminal.sees('seen 1');
  expect(await terminal.ended).toBe(5);
  expect(terminal.screen()).not.toContain('INT 2');
});

test('a signal for dbg alone reaches the command, on a terminal too', async ({ lab }) => {
  const container = await lab.run();
  const script = `trap 'echo "INT $((++n))"; sleep 0.3; exit 5' INT; echo ready; while :; do sleep 0.05; done`;
  const terminal = dbgOnTerminal(['exec', container, 'bash', '-c', script]);
  await terminal.sees('ready');
  process.kill(terminal.pid, 'SIGINT');
  await terminal.sees('INT 1');
  expect(await terminal.ended).toBe(5);
});

test('no container named: a searchable list of what runs, on stderr', async ({ lab }) => {
  const container = await lab.run('wanted', { options: ['--hostname', 'picked-host'] });
  await lab.run('other');
  const terminal = dbgOnTerminal(['shell'], BASH);
  await terminal.sees('Which container?');
  terminal.type(container);
  await terminal.sees(new RegExp(`Which container\\? ${container}\\s+❯ ${container}`));
  terminal.type('\r');
  await terminal.sees('✔');
  await terminal.sees(/[#$] /);
  terminal.type('hostname\r');
  await terminal.sees('picked-host');
  terminal.type('exit\r');
  expect(await terminal.ended).toBe(0);
});

test('the list is left with Ctrl-C: 130, and nothing is run', async ({ lab }) => {
  await lab.run();
  const terminal = dbgOnTerminal(['shell'], BASH);
  await terminal.sees('Which container?');
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
});
