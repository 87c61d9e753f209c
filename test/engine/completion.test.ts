import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { dbg } from './support/dbg.ts';
import { type Lab, test } from './support/lab.ts';
import { shellOnTerminal, SHELLS, type Shell } from './support/shell.ts';

async function liveShell(shell: Shell, lab: Lab, env?: Record<string, string>) {
  const live = await shellOnTerminal(shell, { folder: lab.folder, ...(env ? { env } : {}) });
  lab.cleanUp(async () => live.end());
  return live;
}

describe.each(SHELLS)('%s', (shell) => {
  test('completes verbs, options, containers and services', async ({ lab }) => {
    const name = await lab.run('zz', {
      options: ['--label', 'com.docker.compose.project=p-zq', '--label', 'com.docker.compose.service=s-zq'],
    });
    const { completed } = await liveShell(shell, lab);
    expect(await completed('dbg tcpd')).toBe('<tcpdump>');
    expect(await completed('dbg veth --inter')).toBe('<veth><--interface>');
    expect(await completed(`dbg shell ${name.slice(0, -2)}`)).toBe(`<shell><${name}>`);
    expect(await completed(`dbg exec --dry-run ${name.slice(0, -2)}`)).toBe(`<exec><--dry-run><${name}>`);
    expect(await completed('dbg veth s-z')).toBe('<veth><s-zq>');
    expect(await completed('dbg veth p-zq/s')).toBe('<veth><p-zq/s-zq>');
    expect(await completed('dbg completion fi')).toBe('<completion><fish>');
  });

  test('completes a published port, networks and interfaces', async ({ lab }) => {
    const network = await lab.network('zq');
    const name = await lab.run('c', { options: ['--network', network, '-p', '127.0.0.1:47123:80'] });
    const { completed } = await liveShell(shell, lab);
    expect(await completed('dbg veth :4712')).toBe('<veth><:47123>');
    expect(await completed(`dbg veth ${name} --network ${network.slice(0, -1)}`)).toBe(
      `<veth><${name}><--network><${network}>`,
    );
    expect(await completed(`dbg veth --network=${network.slice(0, -1)}`)).toBe(`<veth><--network=${network}>`);
    expect(await completed(`dbg veth -n ${network.slice(0, -1)}`)).toBe(`<veth><-n><${network}>`);
    expect(await completed(`dbg veth ${name} --interface e`)).toBe(`<veth><${name}><--interface><eth0>`);
  });

  test("after the container: the host's programs, their own completion, files", async ({ lab }) => {
    writeFileSync(join(lab.folder, 'capture file.pcap'), '');
    const { completed } = await liveShell(shell, lab);
    expect(await completed('dbg exec web own-t')).toBe('<exec><web><own-tool>');
    expect(await completed('dbg shell --dry-run web -- own-t')).toBe('<shell><--dry-run><web><--><own-tool>');
    expect(await completed('dbg shell -- own-t')).toBe('<shell><--><own-tool>');
    expect(await completed('dbg shell web -- own-tool only')).toBe('<shell><web><--><own-tool><only-argument>');
    expect(await completed('dbg exec web cat captu')).toBe('<exec><web><cat><capture file.pcap>');
    expect(await completed('dbg tcpdump web -r captu')).toBe('<tcpdump><web><-r><capture file.pcap>');
  });

  test('a name from outside is typed as it is, and never run', async ({ lab }) => {
    const pwned = join(lab.folder, 'pwned');
    const hostile = [`zq1$(touch ${pwned})`, `zq2\`touch ${pwned}\``, `zq3; touch ${pwned} #`, `zq4 'a" b\\`];
    for (const service of hostile) {
      await lab.run(`c${hostile.indexOf(service)}`, { options: ['--label', `com.docker.compose.service=${service}`] });
    }
    const network = `zq-net-${lab.name()} $(touch ${pwned})`;
    await lab.docker('network', 'create', network);
    const onIt = await lab.run('net', { options: ['--network', network] });
    lab.cleanUp(async () => {
      await lab.docker('network', 'disconnect', '-f', network, onIt);
      await lab.docker('network', 'rm', network);
    });
    const { completed, type } = await liveShell(shell, lab);
    for (const service of hostile) {
      expect(await completed(`dbg shell ${service.slice(0, 3)}`)).toBe(`<shell><${service}>`);
    }
    expect(await completed('dbg veth --network zq-net-')).toBe(`<veth><--network><${network}>`);
    await type('dbg shell zq\t\t', /zq4.*/);
    expect(existsSync(pwned)).toBe(false);
  });

  test('without an engine: nothing, and no word about it', async ({ lab }) => {
    const { type, completed } = await liveShell(shell, lab, { DOCKER_HOST: 'unix:///nowhere.sock' });
    expect(await completed('dbg shell we')).toBe('<shell><we>');
    const shown = await type('dbg shell we\t\tEND', 'END');
    expect(shown).not.toMatch(/no engine|error/i);
  });

  test('several fit: all are listed', async ({ lab }) => {
    await lab.run('one');
    await lab.run('two');
    const { type } = await liveShell(shell, lab);
    const shown = await type(`dbg shell ${lab.name('')}\t\t`, /-one[^]*-two/);
    if (shell !== 'bash') expect(shown).toContain('busybox, Up');
  });
});

test('bash without bash-completion: programs and files still', async ({ lab }) => {
  writeFileSync(join(lab.folder, 'capture file.pcap'), '');
  const { completed } = await liveShell('bash', lab, { PLAIN: '1' });
  expect(await completed('dbg exec web own-t')).toBe('<exec><web><own-tool>');
  expect(await completed('dbg exec web cat captu')).toBe('<exec><web><cat><capture file.pcap>');
  expect(await completed("dbg completion 'fi")).toBe('<completion><fish>');
});

test('who asks is answered quickly, and without an engine with nothing', async ({ lab }) => {
  const name = await lab.run();
  const env = { DOCKER_HOST: 'unix:///nowhere.sock' };
  const { stdout } = await dbg(['__complete', '--', 'shell', '']);
  expect(stdout).toMatch(new RegExp(`^words\n(.*\n)*${name}\tbusybox, Up`));
  for (const words of [
    ['shell', ''],
    ['veth', 'web', '-i', ''],
    ['veth', '-n', ''],
  ]) {
    const { stdout: answer, stderr, exitCode } = await dbg(['__complete', '--', ...words], { env });
    expect({ answer, stderr, exitCode }).toEqual({ answer: 'nothing', stderr: '', exitCode: 0 });
  }
  expect((await dbg(['--help'])).stdout).not.toContain('__complete');
});
