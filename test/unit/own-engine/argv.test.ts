import { describe, expect, it } from 'vitest';
import { dockerdArgv, execArgv, initArgv } from '../../own-engine/argv.ts';
import { placesOf } from '../../own-engine/places.ts';

const state = { dir: '/var/lib/x', pid: 4711, startTime: '99' };

/** The value that follows an option. */
const valueOf = (argv: string[], option: string): string | undefined => argv[argv.indexOf(option) + 1];

describe('dockerdArgv', () => {
  const argv = dockerdArgv(placesOf('/var/lib/x'), '/usr/sbin/dockerd');

  it('keeps the data in the directory and everything short-lived in the private /run', () => {
    expect(argv[0]).toBe('/usr/sbin/dockerd');
    expect(argv).toContain('--data-root=/var/lib/x/data');
    expect(argv).toContain('--exec-root=/run/docker');
    expect(argv).toContain('--host=unix:///run/docker.sock');
  });

  it('puts containers below a cgroup named after the directory', () => {
    expect(argv).toContainEqual(expect.stringMatching(/^--cgroup-parent=\/dbg-engine-x-[0-9a-f]{10}$/));
  });
});

describe('initArgv', () => {
  const argv = initArgv(placesOf('/var/lib/x'), 'dockerd');

  it('makes new mount, network, uts, ipc and pid namespaces, and lets no mount out', () => {
    expect(argv.slice(0, argv.indexOf('--'))).toEqual([
      'unshare',
      '-m',
      '--propagation',
      'slave',
      '-n',
      '-u',
      '-i',
      '-p',
      '-f',
      '--kill-child',
    ]);
  });

  it('ends with the command line of dockerd', () => {
    const dockerd = dockerdArgv(placesOf('/var/lib/x'), 'dockerd');
    expect(argv.slice(-dockerd.length)).toEqual(dockerd);
  });
});

describe('execArgv', () => {
  const argv = execArgv(state, ['prog', '--a b', '$(c)', ''], '/some where');

  it('enters the namespaces of INIT', () => {
    expect(argv.slice(0, 11)).toEqual(['nsenter', '-t', '4711', '-m', '-r', '-n', '-u', '-i', '-p', '-F', '--']);
  });

  it('hands the command through as it is, as arguments and not as shell text', () => {
    expect(argv.slice(-4)).toEqual(['prog', '--a b', '$(c)', '']);
    expect(argv[argv.indexOf('-c') + 1]).not.toContain('prog');
  });

  it('keeps the directory, and by default the current one', () => {
    expect(valueOf(argv, '-C')).toBe('/some where');
    expect(valueOf(execArgv(state, ['true']), '-C')).toBe(process.cwd());
  });

  it('takes away what would lead docker to another engine', () => {
    for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH']) {
      expect(argv[argv.indexOf(name) - 1]).toBe('-u');
    }
    expect(argv).toContain('DOCKER_CONFIG=/var/lib/x/run/client');
  });
});
