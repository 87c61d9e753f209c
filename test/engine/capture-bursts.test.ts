import { join } from 'node:path';
import { expect } from 'vitest';
import { burst, capturing, fields } from './support/capture.ts';
import { test } from './support/lab.ts';

test.for([
  ['a pcap', ['a'], [], 'x.pcap'],
  ['a pcapng', ['a'], [], 'x.pcapng'],
  ['one interface', ['a'], ['-i', 'eth0'], 'x.pcap'],
  ['two containers', ['a', 'b'], [], 'x.pcapng'],
] as const)('a burst of 40 MB in packets of 64 KiB is all there: %s', async ([, suffixes, more, name], { lab }) => {
  const options = ['--network', await lab.network('n')];
  const sink = await lab.run('sink', { options });
  const names = await Promise.all(suffixes.map((suffix) => lab.run(suffix, { options })));
  const file = join(lab.folder, name);
  const { running } = await capturing([names.join(','), ...more, '-w', file, 'tcp']);
  await burst(lab, names, sink, 40);
  running.kill('SIGINT');
  const { exitCode, stderr } = await running;
  expect(exitCode).toBe(0);
  const dropped = [...String(stderr).matchAll(/ (\d+)$|^(\d+) packets? dropped/gm)].map(([, row, line]) => row ?? line);
  expect(dropped, String(stderr)).toEqual(names.map(() => '0'));
  const lengths = await fields(file, ['tcp.len']);
  const sent = lengths.reduce((sum, [length]) => sum + Number(length), 0);
  expect(sent).toBeGreaterThanOrEqual(40e6 * names.length);
  expect(Math.max(...lengths.map(([length]) => Number(length)))).toBeGreaterThan(30_000);
});
