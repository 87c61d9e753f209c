/** Something that a security module refused, from a line of the kernel's log or the audit log. */
export interface Denial {
  readonly module: 'AppArmor' | 'SELinux';
  /** the AppArmor profile or SELinux context of the process that was refused */
  readonly label: string;
  readonly pid: number;
  readonly command: string;
  /** "open" (AppArmor), "{ read }" (SELinux) */
  readonly operation: string;
  /** the file; empty when the denial is about none */
  readonly target: string;
  /** in ms since the epoch */
  readonly at: number;
}

/**
 * Finds denials in the text of dmesg(1) or of /var/log/audit/audit.log: both hold the same messages
 * (audit type 1400).
 */
export function parseDenials(text: string): Denial[] {
  return text.split('\n').flatMap((line): Denial[] => {
    if (!/apparmor="DENIED"|avc: +denied/.test(line)) return [];
    const at = Number(/audit\((\d+\.\d+):\d+\)/.exec(line)?.[1]) * 1000;
    const value = (name: string) => valueOf(line, name);
    const refused = /avc: +denied +(\{[^}]*\})/.exec(line)?.[1];
    const facts = { pid: Number(value('pid')), command: value('comm'), at };
    return refused === undefined
      ? [
          {
            ...facts,
            module: 'AppArmor',
            label: value('profile'),
            operation: value('operation'),
            target: value('name'),
          },
        ]
      : [
          {
            ...facts,
            module: 'SELinux',
            label: value('scontext'),
            operation: refused,
            target: value('path') || value('name'),
          },
        ];
  });
}

/**
 * The value of a field. Audit writes a string with blanks or quotes in it as hexadecimal digits,
 * without quotes (audit_log_untrustedstring in the kernel).
 */
function valueOf(line: string, name: string): string {
  const [, quoted, plain = ''] = new RegExp(` ${name}=(?:"([^"]*)"|(\\S+))`).exec(line) ?? [];
  if (quoted !== undefined) return quoted;
  const isHex = /^(comm|name|path|profile)$/.test(name) && /^([0-9A-F]{2})+$/.test(plain);
  return isHex ? Buffer.from(plain, 'hex').toString('utf8') : plain;
}
