import { readFileSync, readlinkSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG, dbgOnTerminal, onTerminal, type Terminal } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

const [OTHER_SCREEN, OWN_SCREEN] = ['\u001b[?1049h', '\u001b[?1049l'];
const ESCAPE = '\u001b';
const PROMPT = 'OUTER> ';

/** The lines that are on the screen: those of the newest frame that is complete. */
function frame(terminal: Terminal): string[] {
  const text = terminal.screen();
  const end = text.lastIndexOf('\u001b[?7h');
  const from = text.lastIndexOf('\u001b[?7l', end);
  // The code that puts a line in its place begins each of them.
  const lines = text.slice(from, end).split(new RegExp(`${ESCAPE}\\[\\d+;1H`));
  return lines.slice(1).map((line) => stripVTControlCharacters(line).trimEnd());
}
const listed = (terminal: Terminal) => frame(terminal).slice(3, -1).filter(Boolean);
const columnOf = (terminal: Terminal) => listed(terminal).map((line) => line.split(' ')[0]);

/** Two containers of this test: one keeps a CPU busy, the other has more memory. */
async function two(lab: Lab) {
  const label = lab.name('l');
  const busy = await lab.run('busy', {
    options: ['--label', label, '--cpus', '0.5'],
    command: ['sh', '-c', 'while :; do :; done'],
  });
  const large = await lab.run('large', {
    options: ['--label', label],
    command: ['sh', '-c', 'x=$(head -c 20000000 /dev/zero | tr "\\0" x); sleep 3600; echo $x'],
  });
  return { label, busy, large };
}

describe('the screen', () => {
  test('is sorted, filtered, and shows the processes of a container', async ({ lab }) => {
    const { label, busy, large } = await two(lab);
    const terminal = dbgOnTerminal(['top', '--label', label], { LANG: 'C.UTF-8' });
    await expect
      .poll(() => columnOf(terminal))
      .toEqual([busy, large].map((name) => expect.stringContaining(name.slice(0, 12))));
    await terminal.sees('LAST MINUTE');
    await expect.poll(() => terminal.screen()).toContain('█');
    terminal.type('m');
    await expect.poll(() => listed(terminal)[0]).toMatch(new RegExp(`^${large.slice(0, 12)}.*MiB`));
    terminal.type('r');
    await expect.poll(() => listed(terminal)[0]).toContain(busy.slice(0, 12));
    terminal.type('/-large');
    await expect.poll(() => frame(terminal)[1]).toBe('filter: -large_');
    expect(listed(terminal)).toHaveLength(1);
    terminal.type('\r');
    await expect.poll(() => frame(terminal)[1]).toMatch(/^filter: -large +\(Escape/);
    terminal.type('\r');
    await expect.poll(() => frame(terminal).join('\n')).toMatch(/PID .*COMMAND\n +\d+ .* sh -c x=/);
    const pid = await lab.pid(large);
    expect(frame(terminal).join('\n')).toMatch(new RegExp(`^ +${pid} .* sh -c x=`, 'm'));
    terminal.type('q');
    await expect.poll(() => frame(terminal)[2]).toMatch(/^CONTAINER/);
    terminal.type('\u001b');
    await expect.poll(() => listed(terminal)).toHaveLength(2);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen().endsWith(OWN_SCREEN)).toBe(true);
  });

  test('follows the size of the terminal', async ({ lab }) => {
    const { label } = await two(lab);
    const terminal = dbgOnTerminal(['top', '--label', label]);
    await terminal.sees('RX/S');
    expect(frame(terminal)[2]).not.toContain('RESTARTS');
    terminal.resize(250, 12);
    await expect.poll(() => frame(terminal)[2]).toContain('RESTARTS');
    expect(frame(terminal)).toHaveLength(12);
    terminal.resize(30, 5);
    await expect.poll(() => frame(terminal)).toHaveLength(5);
    await expect.poll(() => Math.max(...frame(terminal).map((line) => line.length))).toBeLessThanOrEqual(30);
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
  });

  test('NO_COLOR: no red, a mark instead; TERM=dumb: a table a second, and no code at all', async ({ lab }) => {
    const { label } = await two(lab);
    const plain = dbgOnTerminal(['top', '--label', label], { NO_COLOR: '1' });
    await plain.sees('!');
    expect(plain.screen()).not.toContain('\u001b[31m');
    plain.type('q');
    await plain.ended;
    const dumb = dbgOnTerminal(['top', '--label', label], { TERM: 'dumb' });
    await dumb.sees('CONTAINER');
    await dumb.sees('CONTAINER');
    expect(dumb.screen()).not.toContain('\u001b');
    dumb.type('\u0003');
    expect(await dumb.ended).toBe(130);
  });
});

describe('the terminal is given back', () => {
  test.for([
    ['q', 0],
    ['\u0003', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('after %j', async ([way, exitCode], { lab }) => {
    const { label } = await two(lab);
    const terminal = dbgOnTerminal(['top', '--label', label]);
    await terminal.sees('CONTAINER');
    expect(terminal.screen()).toContain(OTHER_SCREEN);
    if (way.startsWith('SIG')) process.kill(terminal.pid, way);
    else terminal.type(way);
    expect(await terminal.ended).toBe(exitCode);
    // The newest frame is whole, and behind it is only what gives the terminal back.
    expect(terminal.screen().endsWith(`\u001b[?7h\u001b[?25h${OWN_SCREEN}`)).toBe(true);
  });

  test('after kill -9, and after Ctrl-Z and fg, in a shell with job control', async ({ lab }) => {
    const { label } = await two(lab);
    const terminal = onTerminal(['bash', '--norc', '-i'], { PS1: PROMPT, HISTFILE: '' });
    lab.cleanUp(async () => process.kill(terminal.pid, 'SIGKILL'));
    await terminal.sees(PROMPT);
    terminal.type('before=$(stty -g)\r');
    await terminal.sees(PROMPT);
    terminal.type(`${process.execPath} ${DBG} top --label ${label}\r`);
    await terminal.sees('CONTAINER');
    terminal.type('\u001a');
    await terminal.sees('Stopped');
    await terminal.sees(PROMPT);
    expect(terminal.screen().lastIndexOf(OWN_SCREEN)).toBeLessThan(terminal.screen().lastIndexOf('Stopped'));
    terminal.type('echo $([ "$before" = "$(stty -g)" ] && echo as-before)\r');
    await terminal.sees(/^as-before/m);
    terminal.type('fg\r');
    await terminal.sees('CONTAINER');
    const dbgPid = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8').trim();
    process.kill(Number(dbgPid), 'SIGKILL');
    await terminal.sees('Killed');
    await expect
      .poll(() => terminal.screen().lastIndexOf(OWN_SCREEN))
      .toBeGreaterThan(terminal.screen().lastIndexOf(OTHER_SCREEN));
    terminal.type('echo $([ "$before" = "$(stty -g)" ] && echo as-before-too)\r');
    await terminal.sees(/^as-before-too/m);
  });

  test('and nothing of dbg stays', async ({ lab }) => {
    const { label } = await two(lab);
    const terminal = dbgOnTerminal(['top', '--label', label]);
    await terminal.sees('CONTAINER');
    const guard = `dbg-terminal ${readlinkSync(`/proc/${terminal.pid}/fd/0`)}$`;
    const guards = async () => (await execa('pgrep', ['-f', guard], { reject: false })).stdout;
    expect(await guards()).not.toBe('');
    terminal.type('q');
    await terminal.ended;
    await expect.poll(guards).toBe('');
  });
});
