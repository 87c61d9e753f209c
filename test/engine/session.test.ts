import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { dbgOnTerminal } from './support/dbg.ts';
import { test } from './support/lab.ts';

describe('an interactive shell', () => {
  test("says where it is, and its prompt names container and host; the person's own rc file still applies", async ({
    lab,
  }) => {
    const container = await lab.run('c', { options: ['--network', await lab.network('n')] });
    writeFileSync(join(lab.folder, '.bashrc'), 'PS1="mine> "; alias hi="echo from-my-rc"\n');
    const terminal = dbgOnTerminal(['shell', container], { SHELL: '/bin/bash', HOME: lab.folder, NO_COLOR: '' });
    await terminal.sees(
      `dbg: ${container} (busybox, network ${lab.name('n')}) · joined: net, uts, ipc · the container's: /sys /etc/`,
    );
    await terminal.sees('its files: $DBG_ROOT');
    await terminal.sees(new RegExp(`\\[${container}@[\\w.-]+\\] mine> `));
    terminal.type('hi\r');
    await terminal.sees('from-my-rc');
    await terminal.sees(/\] mine> /);
    expect(terminal.screen()).toContain('\u001b[32m[');
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });

  test('-q drops the banner, NO_COLOR the colour', async ({ lab }) => {
    const container = await lab.run();
    const terminal = dbgOnTerminal(['shell', '-q', container], { SHELL: '/bin/bash', HOME: lab.folder, NO_COLOR: '1' });
    await terminal.sees(`[${container}@`);
    expect(terminal.screen()).not.toContain('joined:');
    expect(terminal.screen()).not.toContain('\u001b[32m');
    terminal.type('exit\r');
    await terminal.ended;
  });

  test("is red on the host's network", async ({ lab }) => {
    const container = await lab.run('c', { options: ['--network', 'host'] });
    const terminal = dbgOnTerminal(['shell', container], { SHELL: '/bin/bash', HOME: lab.folder, NO_COLOR: '' });
    await terminal.sees("the HOST's network");
    await terminal.sees(/\[\S+ HOST NETWORK\]/);
    expect(terminal.screen()).toContain('\u001b[31m[');
    terminal.type('exit\r');
    await terminal.ended;
  });

  test.for([
    ['zsh', '.zshrc', 'PROMPT="mine> "\n'],
    ['fish', '.config/fish/config.fish', 'function fish_prompt\n  echo -n "mine> "\nend\n'],
    ['zsh', 'elsewhere/.zshrc', 'PROMPT="mine> "\n'],
  ] as const)('%s has the prompt too: %s', async ([shell, file, text], { lab }) => {
    const container = await lab.run();
    mkdirSync(join(lab.folder, '.config/fish'), { recursive: true });
    // Without this folder a new fish reads all man pages in the background, and writes there long after it has ended.
    mkdirSync(join(lab.folder, '.local/share/fish/generated_completions'), { recursive: true });
    mkdirSync(join(lab.folder, 'elsewhere'));
    if (file.startsWith('elsewhere')) writeFileSync(join(lab.folder, '.zshenv'), 'ZDOTDIR=~/elsewhere\n');
    writeFileSync(join(lab.folder, file), text);
    const terminal = dbgOnTerminal(['shell', container], { SHELL: shell, HOME: lab.folder });
    await terminal.sees(new RegExp(`\\[${container}@[\\w.-]+\\] mine> `));
    terminal.type('exit\r');
    expect(await terminal.ended).toBe(0);
  });
});

describe('while a person is inside, one line says that the container', () => {
  const inside = async (container: string, home: string) => {
    const terminal = dbgOnTerminal(['shell', container], { SHELL: '/bin/bash', HOME: home });
    await terminal.sees(`[${container}@`);
    return terminal;
  };

  test('stopped; the prompt then says so too', async ({ lab }) => {
    const container = await lab.run();
    const terminal = await inside(container, lab.folder);
    await lab.docker('kill', container);
    await terminal.sees(`dbg: ${container} has stopped (exit code 137); this shell is still in its old namespaces`);
    await terminal.sees(`exit, then dbg shell ${container}`);
    terminal.type('\r');
    await terminal.sees(/\[\S+ GONE\]/);
    terminal.type('exit\r');
    await terminal.ended;
  });

  test('was restarted: one line, not two', async ({ lab }) => {
    const container = await lab.run();
    const terminal = await inside(container, lab.folder);
    await lab.docker('restart', '-t', '0', container);
    await terminal.sees(`dbg: ${container} was restarted; this shell is still in its old namespaces`);
    // Two lines are right where the engine took longer than dbg waits for a start (container-watch.ts;
    // its unit test has no clock).
    const times = await lab.docker('inspect', '-f', '{{.State.StartedAt}} {{.State.FinishedAt}}', container);
    const [started = 0, finished = 0] = times.split(' ').map((time) => Date.parse(time));
    if (started - finished < 1000) expect(terminal.screen()).not.toContain('has stopped');
    terminal.type('exit\r');
    await terminal.ended;
  });

  test('was paused, and goes on', async ({ lab }) => {
    const container = await lab.run();
    const terminal = await inside(container, lab.folder);
    await lab.docker('pause', container);
    await terminal.sees(
      `dbg: ${container} is paused: its processes stand still, this shell does not:  docker unpause ${container}`,
    );
    await lab.docker('unpause', container);
    await terminal.sees(`dbg: ${container} goes on`);
    terminal.type('exit\r');
    await terminal.ended;
  });

  test('was removed', async ({ lab }) => {
    const container = await lab.run();
    const terminal = await inside(container, lab.folder);
    await lab.docker('rm', '-f', container);
    await terminal.sees('has stopped');
    terminal.type('exit 3\r');
    expect(await terminal.ended).toBe(3);
  });
});
