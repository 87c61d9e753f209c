import { describe, expect, it } from 'vitest';
import { cgroupName, DEFAULT_DIR, placesOf } from '../../own-engine/places.ts';

describe('cgroupName', () => {
  it('is the same for the same directory, however it is written', () => {
    expect(cgroupName('/srv/a/../e/')).toBe(cgroupName('/srv/e'));
  });

  it('differs for directories with the same last name', () => {
    expect(cgroupName('/srv/e')).not.toBe(cgroupName('/tmp/e'));
  });

  it.each(['/srv/a b;c', '/', '/srv/ü', `/srv/${'long'.repeat(60)}`])('is a plain short file name for %s', (dir) => {
    expect(cgroupName(dir)).toMatch(/^dbg-engine-[A-Za-z0-9_-]{1,60}$/);
  });
});

describe('placesOf', () => {
  it('has a directory of its own by default', () => {
    expect(placesOf().dir).toBe(DEFAULT_DIR);
  });

  it.each(['/run', '/run/x', '/var/run/x', '/proc/x', '/sys', '/dev/shm/x'])(
    'refuses %s, hidden in the engine',
    (dir) => {
      expect(() => placesOf(dir)).toThrow('outside /run');
    },
  );

  it('takes a name that only begins alike', () => {
    expect(placesOf('/runner').dir).toBe('/runner');
  });
});
