import { expect, test } from 'vitest';
import { parseVolumeSize } from '../../../src/engine/volume.ts';

test.each([
  ['the local driver, by a project quota', { size: '10G' }, '10G'],
  ['tmpfs', { device: 'tmpfs', o: 'size=100m,uid=1000', type: 'tmpfs' }, '100m'],
  ['tmpfs, a size behind another option', { o: 'mode=0700,size=5%', type: 'tmpfs' }, '5%'],
  ['another option that ends in size', { o: 'wsize=1048576,rsize=1048576', type: 'nfs' }, ''],
  ['no options', null, ''],
  ['options of another kind', { size: 10 }, ''],
])('%s', (_, Options, expected) => expect(parseVolumeSize({ Name: 'db', Options })).toBe(expected));

test.each([{}, null, { Name: '' }])('%j is no volume', (answer) =>
  expect(() => parseVolumeSize(answer)).toThrow('a volume'),
);
