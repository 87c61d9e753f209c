import { expect, test } from 'vitest';
import { capabilityName } from '../../../../src/proc/capability-names.ts';
import { neededCapability, TRACED_CALLS } from '../../../../src/process/strace/needed-capability.ts';
import { parseRefusals } from '../../../../src/process/strace/refusals.ts';

// As strace 6.1 prints them.
test.each([
  [
    'bind',
    '3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("0.0.0.0")}, 16',
    'EACCES',
    'NET_BIND_SERVICE',
  ],
  ['bind', '3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0)}, 28', 'EACCES', 'NET_BIND_SERVICE'],
  ['bind', '3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110', 'EACCES', undefined],
  ['socket', 'AF_PACKET, SOCK_DGRAM|SOCK_CLOEXEC, htons(ETH_P_IP)', 'EPERM', 'NET_RAW'],
  ['socket', 'AF_INET, SOCK_STREAM, IPPROTO_IP', 'EACCES', undefined],
  ['mount', '"none", "/mnt", "tmpfs", 0, NULL', 'EPERM', 'SYS_ADMIN'],
  ['fchownat', 'AT_FDCWD, "/data", 1000, 1000, 0', 'EPERM', 'CHOWN'],
  ['fchownat', 'AT_FDCWD, "/data", 1000, 1000, 0', 'EACCES', undefined],
  ['ioctl', '3, SIOCSIFFLAGS, {ifr_name="lo"}', 'EPERM', 'NET_ADMIN'],
  ['ioctl', '3, TUNSETIFF, 0x7ffd', 'EPERM', 'NET_ADMIN'],
  ['ioctl', '3, TCGETS, 0x7ffd', 'EPERM', undefined],
  ['unshare', 'CLONE_NEWNS', 'EPERM', 'SYS_ADMIN'],
  ['clone', 'child_stack=NULL, flags=SIGCHLD', 'EPERM', undefined],
  ['prctl', 'PR_CAPBSET_DROP, CAP_SYS_ADMIN', 'EPERM', 'SETPCAP'],
  ['prctl', 'PR_SET_MM, PR_SET_MM_ARG_START', 'EPERM', undefined],
  ['openat', 'AT_FDCWD, "/data/x", O_WRONLY|O_CREAT, 0666', 'EACCES', 'DAC_OVERRIDE'],
  ['openat', 'AT_FDCWD, "/data/x", O_RDONLY|O_NOATIME', 'EPERM', undefined],
  ['keyctl', 'KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0', 'EPERM', undefined],
  ['read', '3, 0x7ffd, 1', 'EPERM', undefined],
])('%s(%s) %s', (call, args, error, name) => {
  const number = neededCapability(call, args, error);
  expect(number === undefined ? undefined : capabilityName(number)).toBe(name);
});

test('each rule names a capability that there is', () => {
  expect(TRACED_CALLS.length).toBeGreaterThan(100);
  expect(new Set(TRACED_CALLS).size).toBe(TRACED_CALLS.length);
});

test('the same calls are counted, the most frequent first, and others are left out', () => {
  const trace = `[pid    11] mount("none", "/mnt", "tmpfs", 0, NULL <unfinished ...>
[pid    12] openat(AT_FDCWD, "/no", O_RDONLY) = -1 ENOENT (No such file or directory)
[pid    11] <... mount resumed>)        = -1 EPERM (Operation not permitted)
[pid    12] kill(1, SIGTERM)            = -1 EPERM (Operation not permitted)
[pid    11] mount("none", "/mnt", "tmpfs", 0, NULL) = -1 EPERM (Operation not permitted)
strace: Process 11 detached
`;
  expect(parseRefusals(trace)).toEqual([
    { pid: 11, call: 'mount("none", "/mnt", "tmpfs", 0, NULL)', error: 'EPERM', capability: 21, times: 2 },
    { pid: 12, call: 'kill(1, SIGTERM)', error: 'EPERM', capability: 5, times: 1 },
  ]);
});

test('a long call is cut, and only so many different ones are kept', () => {
  const calls = Array.from(
    { length: 300 },
    (_, at) => `kill(${at}, "${'x'.repeat(300)}") = -1 EPERM (Operation not permitted)`,
  );
  const found = parseRefusals(calls.join('\n'));
  expect(found).toHaveLength(100);
  expect(found[0]!.call).toHaveLength(161);
});
