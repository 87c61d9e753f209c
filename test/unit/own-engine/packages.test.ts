import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packagesFor } from '../../own-engine/packages.ts';
import { ENGINE_PROGRAMS, findProgram, missingPrograms, PROGRAMS } from '../../own-engine/programs.ts';

const BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
const TRIXIE = 'VERSION_ID="13"\nID=debian\n';
const SID = 'PRETTY_NAME="Debian GNU/Linux forky/sid"\nID=debian\n';
const UBUNTU = 'VERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n';

describe('packagesFor', () => {
  it('names a package once, sorted', () => {
    expect(packagesFor({ nsenter: 'util-linux', ip: 'iproute2', unshare: 'util-linux' }, BOOKWORM)).toEqual([
      'iproute2',
      'util-linux',
    ]);
  });

  it.each([
    ['Debian 12', BOOKWORM, 'docker.io'],
    ['Debian 13', TRIXIE, 'docker-cli'],
    ['Debian sid, which has no number', SID, 'docker-cli'],
    ['Ubuntu', UBUNTU, 'docker.io'],
    ['something unknown', '', 'docker.io'],
  ])('takes the client of %s from where it is', (_, release, name) => {
    expect(packagesFor({ docker: PROGRAMS['docker'] ?? '' }, release)).toEqual([name]);
  });
});

describe('npm start', () => {
  it('takes what the engine and the demo call: no browser, no Wireshark', () => {
    expect(packagesFor(ENGINE_PROGRAMS, BOOKWORM)).toEqual([
      'containerd',
      'docker.io',
      'iproute2',
      'iptables',
      'mount',
      'procps',
      'runc',
      'tar',
      'tcpdump',
      'util-linux',
    ]);
    expect(PROGRAMS).toMatchObject(ENGINE_PROGRAMS);
  });

  it('misses only what was asked for', () => {
    expect(Object.keys(missingPrograms({ sh: 'dash', 'dbg-no-such-program': 'x' }))).toContain('dbg-no-such-program');
    expect(Object.keys(missingPrograms({ sh: 'dash' }))).not.toContain('bash-completion');
  });

  it('is what asks for these alone', () => {
    expect(readFileSync('test/demo/main.ts', 'utf8')).toMatch(/runInEngine\(.*, ENGINE_PROGRAMS\)/);
  });
});

describe('findProgram', () => {
  it('looks in PATH first', () => {
    expect(findProgram('sh', '/nowhere:/bin')).toBe('/bin/sh');
  });

  it('looks where a plain user has no PATH to', () => {
    expect(findProgram('sh', '')).toMatch(/^(\/usr)?\/bin\/sh$/);
  });

  it('takes nothing from a relative directory of PATH', () => {
    expect(findProgram('package.json', '.')).toBeUndefined();
  });

  it('finds nothing under a name that nobody has', () => {
    expect(findProgram('dbg-no-such-program')).toBeUndefined();
  });
});
