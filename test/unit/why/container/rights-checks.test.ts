import { expect, test } from 'vitest';
import { DRIFT_CHECKS } from '../../../../src/why/container/drift-checks.ts';
import { RIGHTS_CHECKS } from '../../../../src/why/container/rights-checks.ts';
import { parseDenials } from '../../../../src/proc/denials.ts';
import { container } from '../../fakes.ts';
import { found, mount, rights } from './given.ts';

const NOBODY = { uid: 1000, gid: 1000, groups: [1000, 33], capabilities: [] };
const owner = (uid: number, gid: number, mode: number, isFolder = true) => ({ owner: { uid, gid, mode, isFolder } });
const MAY_NOT = [expect.stringMatching(/^rights.mount-not-writable suspect: .* user 1000 .*"\/data"/)];

test.each([
  ['another user’s', NOBODY, owner(0, 0, 0o755), MAY_NOT],
  ['root, by its capability', {}, owner(1000, 1000, 0o700), []],
  ['one with that capability', { ...NOBODY, capabilities: [1] }, owner(0, 0, 0o700), []],
  ['its own', NOBODY, owner(1000, 0, 0o700), []],
  ['its own, which it made read-only', NOBODY, owner(1000, 0, 0o577), MAY_NOT],
  ['its group’s', NOBODY, owner(0, 1000, 0o770), []],
  ['another group’s of its', NOBODY, owner(0, 33, 0o775), []],
  ['its group’s, who may only read', NOBODY, owner(0, 33, 0o757), MAY_NOT],
  ['anybody’s', NOBODY, owner(0, 0, 0o1777), []],
  ['a folder that it may not search', NOBODY, owner(0, 0, 0o756), MAY_NOT],
  ['a file', NOBODY, owner(0, 0, 0o646, false), []],
  ['for reading', NOBODY, { ...owner(0, 0, 0o755), isWritable: false }, []],
  ['read-only, which another check says', NOBODY, { ...owner(0, 0, 0o755), readOnly: 'mount' }, []],
  ['one that was not asked', NOBODY, { owner: undefined }, []],
  [
    'root of a user namespace, which has no number for the owner',
    { uid: 100_000, gid: 100_000 },
    { ...owner(0, 0, 0o755), uidInside: undefined, gidInside: undefined },
    [
      'rights.mount-not-writable suspect: "web" runs as user 100000 (group 100000), who may not write to "/data": that belongs to 0:0, mode 0755, who is nobody in its user namespace',
    ],
  ],
] as const)('a mount: %s', (_, who, over, expected) => {
  expect(found(RIGHTS_CHECKS, { rights: rights(who), mounts: [mount(over)] })).toEqual(expected);
});

test.each([
  [{}, []],
  [
    { mostCapabilities: [10], noNewPrivileges: true },
    [/unusual note: "web" runs without CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL and 8 more, with no-new-privileges$/],
  ],
  [
    { mostCapabilities: [...rights().mostCapabilities, 21, 63], hasSeccompFilter: false, label: 'unconfined' },
    [/with SYS_ADMIN, 63, without a seccomp filter, as unconfined$/],
  ],
])('rights: %j', (over, expected) => {
  expect(found(RIGHTS_CHECKS, { rights: rights(over) })).toEqual(expected.map((each) => expect.stringMatching(each)));
});

// As Ubuntu 24.04 and Fedora 40 write them.
const APPARMOR =
  '[ 1234.567890] audit: type=1400 audit(1700000000.123:45): apparmor="DENIED" operation="open" class="file" profile="docker-default" name="/proc/sys/kernel/core_pattern" pid=1234 comm="app" requested_mask="w" denied_mask="w" fsuid=0 ouid=0';
const SELINUX =
  'type=AVC msg=audit(1700000000.123:46): avc:  denied  { read } for  pid=1234 comm=6170702031 name="data" dev="vda1" ino=42 scontext=system_u:system_r:container_t:s0:c1,c2 tcontext=system_u:object_r:user_home_t:s0 tclass=dir permissive=0';

test('denials, as AppArmor and SELinux log them', () => {
  expect(parseDenials(`[ 1.0] other\n${APPARMOR}\n${SELINUX}\n`)).toEqual([
    {
      module: 'AppArmor',
      label: 'docker-default',
      pid: 1234,
      command: 'app',
      operation: 'open',
      target: '/proc/sys/kernel/core_pattern',
      at: 1_700_000_000_123,
    },
    {
      module: 'SELinux',
      label: 'system_u:system_r:container_t:s0:c1,c2',
      pid: 1234,
      command: 'app 1',
      operation: '{ read }',
      target: 'data',
      at: 1_700_000_000_123,
    },
  ]);
  expect(found(RIGHTS_CHECKS, { denials: parseDenials(APPARMOR) })).toEqual([
    'rights.denied suspect: AppArmor has refused "web" 1 call, as docker-default: open /proc/sys/kernel/core_pattern',
  ]);
  expect(found(RIGHTS_CHECKS, { denials: parseDenials(SELINUX) })[0]).toContain('{ read } data');
});

test.each([
  ['sha256:1', []],
  ['sha256:2', ['drift.image-moved note: "web" runs image 1, while "busybox" means 2 by now']],
  // Podman's has no prefix
  ['1', []],
  [undefined, []],
])('the name of its image means %j', (imageOfName, expected) => {
  expect(found(DRIFT_CHECKS, { container: container(), imageOfName })).toEqual(expected);
});
