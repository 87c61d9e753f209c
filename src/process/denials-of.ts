import type { Host } from '../host/host.ts';
import { type Denial, parseDenials } from '../proc/denials.ts';
import { labelOf } from './rights.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';

/**
 * auditd's log. auditd rotates it at 8 MB unless configured otherwise. While auditd runs, the
 * kernel's log holds no denials.
 */
const AUDIT_LOG = '/var/log/audit/audit.log';
const LIMIT = 16 << 20;
/** The profiles that engines give to every container. */
const SHARED = /^(docker-default|containers-default-[\d.]+|cri-containerd\.apparmor\.d)$/;

/**
 * What AppArmor or SELinux has refused a container since a time. A denial belongs to the container:
 * - by its label alone, where the label is the container's own (SELinux makes one for each
 *   container);
 * - by its label and a PID of a living process of the container, where many containers share the
 *   label.
 *
 * Empty, and no log is read, where the container has no label. Throws a DbgError where the log may
 * not be read.
 */
export async function denialsOf(host: Host, subject: Subject, since: number): Promise<Denial[]> {
  // AppArmor writes the profile's mode after its name: "docker-default (enforce)".
  const label = labelOf(host, subject.pid)?.replace(/ \(\w+\)$/, '');
  if (label === undefined || label === 'unconfined') return [];
  const audited = host.read(AUDIT_LOG, LIMIT);
  const denials = parseDenials(audited ?? (await host.output(['dmesg'])));
  const members = new Set(processIds(host).filter((pid) => isMember(subject, placesOf(host, pid))));
  return denials.filter(
    (denial) => denial.at >= since && denial.label === label && (!SHARED.test(label) || members.has(denial.pid)),
  );
}
