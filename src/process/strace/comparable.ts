/**
 * What is compared of an event: the same text for two runs that do the same. Set aside is what chance decides: addresses, PIDs, times,
 * inodes, random bytes. File descriptors, sizes, flags, paths, contents and errors stay. Undefined for what is not compared at all.
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
 * Signals from outside come when they come, what they interrupt is called again, and who waits for a lock is luck. A signal that the
 * program's own doing brings, or that ends it, counts (signal(7)).
 */
function isChance(event: string): boolean {
  const [, signal] = /^--- (?:stopped by )?(SIG\w+)/.exec(event) ?? [];
  if (signal !== undefined)
    return !/^SIG(SEGV|BUS|ILL|FPE|SYS|TRAP|ABRT|PIPE|TERM|INT|QUIT|HUP|XCPU|XFSZ)$/.test(signal);
  return /^(futex|sched_yield|rt_sigreturn|restart_syscall)\(/.test(event) || /= \? ERESTART\w+ \(.*\)$/.test(event);
}

/** Only that they were asked, and whether it failed. */
const ANSWERS_BY_CHANCE =
  /^(getrandom|clock_gettime|clock_getres|gettimeofday|time|times|getrusage|sysinfo|getcpu|uname|getpid|getppid|gettid|getpgrp|getpgid|getsid|setsid|adjtimex|timer_gettime|getitimer)$/;

interface Rule {
  /** the calls that it is for; all, when left out */
  readonly only?: RegExp;
  readonly find: RegExp;
  readonly put: string;
}

const MAKES_OR_AWAITS_PROCESS = /^(clone3?|v?fork|wait4|waitpid|set_tid_address)$/;
const TAKES_PID =
  /^(kill|tkill|tgkill|wait4|waitpid|setpgid|prlimit64|pidfd_open|process_\w+|sched_\w+|get_robust_list|migrate_pages|move_pages)$/;

const RULES: readonly Rule[] = [
  // strace's remarks: times in words, how many variables there are.
  { find: / ?\/\* .*? \*\//g, put: '' },
  // The column in which results stand.
  { find: /\)\s+= /g, put: ') = ' },
  // vm.mmap_min_addr is 65536: what is smaller is no address, but flags, or what a null pointer was off by.
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
  // A duration is the program's wish; a point in time, of nine digits or more, and what was left of a duration are not.
  { find: /\btv_sec=\d{9,}, tv_([nu])sec=\d+/g, put: 'tv_sec=…, tv_$1sec=…' },
  { find: /\bleft \{[^}]*\}/g, put: 'left {…}' },
  // The kernel's choice (ip_local_port_range, 32768 and up), where it is an answer.
  {
    only: /^(getsockname|getpeername|accept4?|recvfrom|recvmsg)$/,
    find: /\b(sin6?_port=htons)\((?:3[3-9]\d{3}|32[89]\d\d|327[789]\d|3276[89]|[456]\d{4})\)/g,
    put: '$1(…)',
  },
];

/** A string as strace quotes it, cut short or not; or, behind a descriptor or a pid, what -y and -Y say of it. */
const STRING_OR_ANNOTATION = /"(?:[^"\\]|\\.)*"(?:\.\.\.)?|(?<=\b\d+|AT_FDCWD)<(?!<)(?:->|[^<>]|<[^<>]*>)*>/g;

/** The event with a number for each string, so that no rule reads what a program wrote, and without annotations. */
function withoutStrings(event: string): { skeleton: string; strings: string[] } {
  const strings: string[] = [];
  const isRandom = /^p?read(?:64)?\(\d+<\/dev\/u?random\b/.test(event);
  const skeleton = event.replace(STRING_OR_ANNOTATION, (found) => {
    if (!found.startsWith('"')) return '';
    return `"${strings.push(isRandom ? '"…"' : withoutIds(found)) - 1}"`;
  });
  return { skeleton, strings };
}

/** Paths below /proc/PID, and the ids of containers, which paths of cgroups and mounts hold. */
const withoutIds = (text: string) => text.replace(/\/proc\/\d+/g, '/proc/PID').replace(/\b[0-9a-f]{64}\b/g, 'ID');
