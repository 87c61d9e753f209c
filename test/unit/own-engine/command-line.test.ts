import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../own-engine/command-line.ts';

describe('parseCommand', () => {
  it.each([
    ['up', { verb: 'up' }],
    ['--dir /e up', { verb: 'up', dir: '/e' }],
    ['up --dir=/e', { verb: 'up', dir: '/e' }],
    ['down', { verb: 'down', purge: false }],
    ['down --purge --dir /e', { verb: 'down', purge: true, dir: '/e' }],
    ['status --json', { verb: 'status', json: true }],
    ['exec docker ps -a', { verb: 'exec', argv: ['docker', 'ps', '-a'] }],
    ['exec --dir /e docker', { verb: 'exec', dir: '/e', argv: ['docker'] }],
    ['--dir /e exec -- -x -- y', { verb: 'exec', dir: '/e', argv: ['-x', '--', 'y'] }],
    ['exec ls --dir /e', { verb: 'exec', argv: ['ls', '--dir', '/e'] }],
  ])('%s', (line, command) => {
    expect(parseCommand(line.split(' '))).toEqual(command);
  });

  it.each([
    '',
    'exec',
    'exec --',
    'restart',
    'up now',
    'up --purge',
    'down --json',
    'up --dir',
    '--dir= up',
    '-x exec a',
  ])('refuses "%s"', (line) => {
    expect(parseCommand(line === '' ? [] : line.split(' '))).toBeUndefined();
  });
});
