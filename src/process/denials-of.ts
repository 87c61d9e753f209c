import type { Host } from '../host/host.ts';
import { type Denial, parseDenials } from '../proc/denials.ts';
import { labelOf } from './rights.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';

/** auditd's file is rotated at 8 MB unless set; where it runs, the kernel's log has no denials. */
const AUDIT_LOG = '/var/log/audit/audit.log';
const LIMIT = 16 << 20;
/** Profiles that engines give to every container. */
const SHARED = /^(docker-default|containers-default-[\d.]+|cri-containerd\.apparmor\.d)$/;

/**
 * What AppArmor or SELinux has refused a container since a time: by its own label, which SELinux
 * makes for each container; by its living processes where the label is one of many. Nothing is read
 * where it has no label. Throws a DbgError where the log may not be read.
 */
export async function denialsOf(host: Host, subject: Subject, since: number): Promise<Denial[]> {
  // AppArmor writes the profile's mode behind its name.
  const label = labelOf(host, subject.pid)?.replace(/ \(\w+\)$/, '');
  if (label === undefined || label === 'unconfined') return [];
  const audited = host.read(AUDIT_LOG, LIMIT);
  const denials = parseDenials(audited ?? (await host.output(['dmesg'])));
  const members = new Set(processIds(host).filter((pid) => isMember(subject, placesOf(host, pid))));
  return denials.filter(
    (denial) => denial.at >= since && denial.label === label && (!SHARED.test(label) || members.has(denial.pid)),
  );
}
