import { expect, it } from 'vitest';
import { statusText } from '../../own-engine/status.ts';

const up = { dir: '/e', up: true, pid: 7, since: '2024-05-06T07:08:09.000Z' };

it('says how to start an engine that is down', () => {
  expect(statusText({ dir: '/e', up: false })).toBe('engine in /e: down\n  start it:  npm run engine -- up\n');
});

it('says since when, which process, which version and what runs', () => {
  expect(statusText({ ...up, version: '20.10.24', containers: [{ name: 'web', state: 'running' }] })).toBe(
    'engine in /e: up since 2024-05-06T07:08:09.000Z, pid 7, Docker 20.10.24\n' +
      '  web: running\n' +
      '  use it:  npm run engine -- exec docker ps\n',
  );
});

it('tells an engine that has no containers from one that does not answer', () => {
  expect(statusText({ ...up, version: '1', containers: [] })).toContain('  no containers\n');
  expect(statusText(up)).toContain('pid 7, does not answer (yet)\n  use it');
});
