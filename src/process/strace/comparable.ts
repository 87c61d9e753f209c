/**
 * The text by which an event is compared: equal in two runs that do the same. undefined for an
 * event that is not compared at all.
 * - Taken out is what differs by chance: addresses, PIDs, times, inodes, random bytes.
 * - Kept are file descriptors, sizes, flags, paths, contents and errors.
 */
export function comparable(event: string): string | undefined {
  if (isChance(event)) return undefined;
  const { skeleton, strings } = withoutStrings(event);
  const [, name = ''] = /^(\w+)\(/.exec(skeleton) ?? [];
  if (ANSWERS_BY_CHANCE.test(name)) return `${name}(…) = ${/\)\s+= (-1 .*|\?.*)$/.exec(skeleton)?.[1] ?? '…'}`;
  const bare = RULES.reduce(
    (text, { only, find, put }) => (only?.test(name) === false ? text : text.replace(find, put)),
    skeleton,
  );
  return bare.replace(/"(\d+)"/g, (_, index: string) => strings[Number(index)]!);
}

/**
 * Whether an event occurs by chance:
 * - a signal from outside; one that the program itself causes, or that ends it, is not by chance
 *   (signal(7));
 * - a call that a signal interrupted, because it is made again;
 * - a wait for a lock.
 */
function isChance(event: string): boolean {
  const [, signal] = /^--- (?:stopped by )?(SIG\w+)/.exec(event) ?? [];
  if (signal !== undefined)
    return !/^SIG(SEGV|BUS|ILL|FPE|SYS|TRAP|ABRT|PIPE|TERM|INT|QUIT|HUP|XCPU|XFSZ)$/.test(signal);
  return /^(futex|sched_yield|rt_sigreturn|restart_syscall)\(/.test(event) || /= \? ERESTART\w+ \(.*\)$/.test(event);
}

/** Calls whose answers differ by chance. Of these only the name and the failure are compared. */
const ANSWERS_BY_CHANCE =
  /^(getrandom|clock_gettime|clock_getres|gettimeofday|time|times|getrusage|sysinfo|getcpu|uname|getpid|getppid|gettid|getpgrp|getpgid|getsid|setsid|adjtimex|timer_gettime|getitimer)$/;

interface Rule {
  /** the calls that the rule applies to; all calls, when left out */
  readonly only?: RegExp;
  readonly find: RegExp;
  readonly put: string;
}

const MAKES_OR_AWAITS_PROCESS = /^(clone3?|v?fork|wait4|waitpid|set_tid_address)$/;
const TAKES_PID =
  /^(kill|tkill|tgkill|wait4|waitpid|setpgid|prlimit64|pidfd_open|process_\w+|sched_\w+|get_robust_list|migrate_pages|move_pages)$/;

const RULES: readonly Rule[] = [
  // strace's remarks: times in words, the number of variables.
  { find: / ?\/\* .*? \*\//g, put: '' },
  // The padding before a result: strace aligns results in a column.
  { find: /\)\s+= /g, put: ') = ' },
  // A number below 65536 (vm.mmap_min_addr) is no address, but flags, or an offset from a null
  // pointer. So only numbers of 5 hexadecimal digits or more are taken out.
  { find: /\b0x[0-9a-f]{5,}\b/g, put: 'ADDRESS' },
  { only: MAKES_OR_AWAITS_PROCESS, find: / = [1-9]\d*/g, put: ' = PID' },
  { only: TAKES_PID, find: /^(\w+\(-?)(?!1\b)[1-9]\d*/, put: '$1PID' },
  { only: /^(tgkill|setpgid)$/, find: /^(\w+\(\w+, )[1-9]\d*/, put: '$1PID' },
  { only: /^(ptrace|waitid)$/, find: /^(\w+\(\w+, )[1-9]\d*/, put: '$1PID' },
  { only: /^ioctl$/, find: /(TIOC[GS](?:PGRP|SID), )\[\d+\]/, put: '$1[PID]' },
  { find: /\b(parent_tid|child_tid|tid|si_pid)=(\[?)[1-9]\d*/g, put: '$1=$2PID' },
  { find: /\bin pid \d+/, put: 'in pid PID' },
  { find: /\b(si_[us]time|(?:st|stx|d)_(?:ino|off|blocks|mnt_id)|st_[acm]time(?:_nsec)?)=-?\d+/g, put: '$1=…' },
  { find: /\bf_(bfree|bavail|ffree)=\d+/g, put: 'f_$1=…' },
  { find: /\bst_dev=makedev\([^)]*\)/g, put: 'st_dev=…' },
  { find: /\b(stx_[abcm]time|f_fsid)=\{[^}]*\}/g, put: '$1=…' },
  { find: /\b(stx_dev_(?:major|minor))=\w+/g, put: '$1=…' },
  { find: /\{ru_utime=.*\.\.\.\}/, put: '{…}' },
  // A duration is what the program asked for, and is kept. A point in time (nine digits or more)
  // and the rest of a duration are taken out.
  { find: /\btv_sec=\d{9,}, tv_([nu])sec=\d+/g, put: 'tv_sec=…, tv_$1sec=…' },
  { find: /\bleft \{[^}]*\}/g, put: 'left {…}' },
  // A port that the kernel chose (ip_local_port_range, 32768 and up), in the calls that return one.
  {
    only: /^(getsockname|getpeername|accept4?|recvfrom|recvmsg)$/,
    find: /\b(sin6?_port=htons)\((?:3[3-9]\d{3}|32[89]\d\d|327[789]\d|3276[89]|[456]\d{4})\)/g,
    put: '$1(…)',
  },
];

/**
 * A string as strace quotes it, whole or cut short; or what -y and -Y write behind a descriptor or
 * a PID.
 */
const STRING_OR_ANNOTATION = /"(?:[^"\\]|\\.)*"(?:\.\.\.)?|(?<=\b\d+|AT_FDCWD)<(?!<)(?:->|[^<>]|<[^<>]*>)*>/g;

/**
 * The event without annotations, with a number in place of each string. So no rule changes what a
 * program wrote.
 */
function withoutStrings(event: string): { skeleton: string; strings: string[] } {
  const strings: string[] = [];
  const isRandom = /^p?read(?:64)?\(\d+<\/dev\/u?random\b/.test(event);
  const skeleton = event.replace(STRING_OR_ANNOTATION, (found) => {
    if (!found.startsWith('"')) return '';
    return `"${strings.push(isRandom ? '"…"' : withoutIds(found)) - 1}"`;
  });
  return { skeleton, strings };
}

/**
 * Replaces the PID in paths below /proc/PID, and the ids of containers, which are in paths of
 * cgroups and mounts.
 */
const withoutIds = (text: string) => text.replace(/\/proc\/\d+/g, '/proc/PID').replace(/\b[0-9a-f]{64}\b/g, 'ID');
