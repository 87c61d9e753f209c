import { describe, expect } from 'vitest';
import { dbg, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** Two containers on a network of the person's, which have Docker's own DNS. */
async function two(lab: Lab) {
  const network = await lab.network('n');
  const options = ['--network', network];
  const [web, db] = [await lab.run('web', { options }), await lab.run('db', { options })];
  return { web, db, address: await lab.address(db) };
}

describe('names that are looked up', () => {
  test('--dns: questions and answers, though no packet on lo has port 53 at both ends', async ({ lab }) => {
    const { web, db, address } = await two(lab);
    const capture = dbg(['tcpdump', '--dns', web]);
    let lines = '';
    capture.stdout?.on('data', (data) => (lines += String(data)));
    await says(capture, 'listening on');
    await lab.docker('exec', web, 'nslookup', '-type=a', db);
    await expect.poll(() => lines).toContain(`A ${address}`);
    capture.kill('SIGINT');
    const { exitCode, stdout, stderr } = await capture;
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('another port')]);
    expect(stdout).toMatch(
      new RegExp(`lo +In +IP 127\\.0\\.0\\.1\\.\\d+ > 127\\.0\\.0\\.11\\.\\d+: (\\d+)\\+ A\\? ${db}\\.`),
    );
    expect(stdout).toMatch(new RegExp(`> 127\\.0\\.0\\.1\\.\\d+: \\d+ 1/0/0 A ${address}`));
  });

  test('--dns of several, narrowed', async ({ lab }) => {
    const { web, db } = await two(lab);
    const capture = dbg(['tcpdump', '--dns', `${web},${db}`, '-c', '2', 'src', 'host', '127.0.0.1']);
    await says(capture, 'capturing on');
    await lab.docker('exec', web, 'nslookup', '-type=a', db);
    await lab.docker('exec', db, 'nslookup', '-type=a', web);
    const { stdout } = await capture;
    expect(stdout).toMatch(new RegExp(`^${web}.* A\\? ${db}\\.`, 'm'));
    expect(stdout).toMatch(new RegExp(`^${db}.* A\\? ${web}\\.`, 'm'));
  });

  test('port 53: said, and not where the container has another DNS', async ({ lab }) => {
    const { web } = await two(lab);
    const other = await lab.run('other');
    const wait = ['--for', '500ms'];
    expect((await dbg(['tcpdump', ...wait, web, 'port', '53'])).stderr).toContain('--dns shows it');
    expect((await dbg(['tcpdump', ...wait, other, 'port', '53'])).stderr).not.toContain('--dns');
  });
});

test.for(['vlan', 'ether host 02:42:ac:11:00:02', 'multicast'])('%s: name the interface', async (filter, { lab }) => {
  const { web } = await two(lab);
  const words = filter.split(' ');
  const all = await dbg(['tcpdump', web, ...words]);
  expect([all.exitCode, all.stderr]).toEqual([1, expect.stringContaining('name the interface, -i eth0')]);
  const one = await dbg(['tcpdump', '--for', '500ms', web, '-i', 'eth0', ...words]);
  expect([one.exitCode, one.stderr]).toEqual([0, expect.not.stringContaining('name the interface')]);
});
