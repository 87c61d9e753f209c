import { capabilityNumber } from '../../proc/capability-names.ts';

/**
 * A way in which a call is refused: the error, a mark in its arguments, and what would allow it.
 */
interface Rule {
  readonly capability: string;
  /** left out: EPERM alone */
  readonly errors?: RegExp;
  /** left out: whatever the arguments */
  readonly args?: RegExp;
}

const EITHER = /^(EPERM|EACCES)$/;
const DENIED = /^EACCES$/;

/** Calls, in one text for each, and what they need by capabilities(7) and their own pages. */
const RULES: readonly (readonly [calls: string, rules: readonly Rule[]])[] = [
  ['bind', [{ capability: 'NET_BIND_SERVICE', errors: DENIED, args: /sin6?_port=/ }]],
  ['socket', [{ capability: 'NET_RAW', errors: EITHER, args: /SOCK_RAW|AF_PACKET/ }]],
  ['setsockopt', [{ capability: 'NET_ADMIN' }]],
  ['ioctl', [{ capability: 'NET_ADMIN', args: /, (SIOC|TUN)/ }]],
  ['chown lchown fchown fchownat', [{ capability: 'CHOWN' }]],
  ['chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat', [{ capability: 'FOWNER' }]],
  ['kill tkill tgkill rt_sigqueueinfo pidfd_send_signal', [{ capability: 'KILL' }]],
  ['setuid setreuid setresuid', [{ capability: 'SETUID' }]],
  ['setgid setregid setresgid setgroups', [{ capability: 'SETGID' }]],
  ['capset prctl', [{ capability: 'SETPCAP', args: /^(?!PR_)|PR_CAP/ }]],
  ['mknod mknodat', [{ capability: 'MKNOD', args: /S_IF(CHR|BLK)/ }]],
  ['chroot', [{ capability: 'SYS_CHROOT' }]],
  ['ptrace process_vm_readv process_vm_writev kcmp', [{ capability: 'SYS_PTRACE', errors: EITHER }]],
  [
    'setpriority sched_setscheduler sched_setparam sched_setattr sched_setaffinity ioprio_set mbind',
    [{ capability: 'SYS_NICE', errors: EITHER }],
  ],
  ['setrlimit prlimit64', [{ capability: 'SYS_RESOURCE' }]],
  ['settimeofday clock_settime adjtimex clock_adjtime', [{ capability: 'SYS_TIME' }]],
  ['mlock mlock2 mlockall', [{ capability: 'IPC_LOCK' }]],
  ['init_module finit_module delete_module', [{ capability: 'SYS_MODULE' }]],
  ['iopl ioperm', [{ capability: 'SYS_RAWIO' }]],
  ['reboot kexec_load', [{ capability: 'SYS_BOOT' }]],
  ['syslog', [{ capability: 'SYSLOG' }]],
  ['acct', [{ capability: 'SYS_PACCT' }]],
  ['bpf', [{ capability: 'BPF' }]],
  ['perf_event_open', [{ capability: 'PERFMON', errors: EITHER }]],
  [
    'mount umount2 pivot_root fsopen fsmount move_mount open_tree setns sethostname setdomainname swapon swapoff quotactl',
    [{ capability: 'SYS_ADMIN' }],
  ],
  ['unshare clone', [{ capability: 'SYS_ADMIN', args: /CLONE_NEW/ }]],
  [
    'open openat openat2 creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat truncate execve chdir',
    [{ capability: 'DAC_OVERRIDE', errors: DENIED }],
  ],
  // No capability allows these to a container whose seccomp filter refuses them.
  ['keyctl add_key request_key userfaultfd personality io_uring_setup', []],
];

const BY_CALL = new Map(RULES.flatMap(([calls, rules]) => calls.split(' ').map((call) => [call, rules] as const)));

/** The calls that are traced: those of which it is known what they need. */
export const TRACED_CALLS: readonly string[] = [...BY_CALL.keys()];

/**
 * The number of the capability that would have allowed a call that was refused; undefined where
 * none is known.
 */
export function neededCapability(call: string, args: string, error: string): number | undefined {
  const rule = BY_CALL.get(call)?.find(
    ({ errors = /^EPERM$/, args: mark }) => errors.test(error) && (mark === undefined || mark.test(args)),
  );
  return rule && capabilityNumber(rule.capability);
}
