import { expect, test } from 'vitest';
import { asPlugin, isPlugin, pluginMetadata } from '../../../src/cli/docker-plugin.ts';
import { fakeContext } from '../fakes.ts';

test.each([
  [
    ['dbg', 'ps', 'web'],
    ['ps', 'web'],
  ],
  [['dbg'], []],
  [
    ['-H', 'tcp://far:2375', 'dbg', 'exec', 'dbg', 'ls'],
    ['-H', 'tcp://far:2375', 'exec', 'dbg', 'ls'],
  ],
  [
    ['-c', 'prod', '-D', '-l', 'error', 'dbg', 'ps'],
    ['-c', 'prod', 'ps'],
  ],
  [
    ['--log-level=error', '--context=prod', 'dbg', 'exec', 'web', 'cat', '--config', 'x'],
    ['--context=prod', 'exec', 'web', 'cat', '--config', 'x'],
  ],
])('docker gives %j, dbg takes %j', (args, expected) => {
  expect(asPlugin(fakeContext({ args })).args).toEqual(expected);
});

test.each([[['--config', '/etc/other', 'dbg', 'ps']], [['--config=/etc/other', 'dbg', 'ps']]])(
  "docker's own configuration folder counts: %j",
  (args) => {
    const { env, args: left } = asPlugin(fakeContext({ args, env: { HOME: '/home/ann' } }));
    expect([env, left]).toEqual([{ HOME: '/home/ann', DOCKER_CONFIG: '/etc/other' }, ['ps']]);
  },
);

test('only under docker’s name for it, and only when docker asks, it says what it is', () => {
  const self = (name: string) => ({ self: ['/usr/bin/node', '--', `/home/ann/.docker/cli-plugins/${name}`] });
  expect([isPlugin(self('docker-dbg')), isPlugin(self('dbg.js')), isPlugin({ self: [] })]).toEqual([
    true,
    false,
    false,
  ]);
  expect(pluginMetadata({ args: ['dbg', 'ps'] })).toBeUndefined();
  expect(JSON.parse(pluginMetadata({ args: ['docker-cli-plugin-metadata'] })!)).toMatchObject({
    SchemaVersion: '0.1.0',
    Vendor: 'dbg',
  });
});
