/**
 * The names of capabilities, by their numbers (linux/capability.h). Newer kernels may have more.
 */
const NAMES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
).split(' ');

/** The name of a capability without CAP_; the number when dbg does not know it. */
export const capabilityName = (number: number): string => NAMES[number] ?? String(number);

/** The number of a capability by its name without CAP_; undefined for another text. */
export function capabilityNumber(name: string): number | undefined {
  const number = NAMES.indexOf(name);
  return number < 0 ? undefined : number;
}

export const CAP_DAC_OVERRIDE = 1;
