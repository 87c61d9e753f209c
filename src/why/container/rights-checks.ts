import { checkOf } from '../check.ts';
import type { Finding } from '../finding.ts';
import { CAP_DAC_OVERRIDE, capabilityName } from '../../proc/capability-names.ts';
import type { MountSeen } from '../../process/mounts-seen.ts';
import type { Rights } from '../../process/rights.ts';
import { shellQuote } from '../../text.ts';
import type { ContainerFacts } from './facts.ts';
import { counted, firstOf } from './words.ts';

const check = checkOf<ContainerFacts>();
const RIGHTS = 'rights';

/**
 * The numbers of the capabilities that docker gives a container by default (moby's
 * oci/caps/defaults.go).
 */
const DEFAULT_CAPABILITIES = [0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31];

/** What the container may not do, in causal order. */
export const RIGHTS_CHECKS = [
  check({
    id: 'rights.mount-not-writable',
    layer: RIGHTS,
    about: 'Its user may not write into a bind or a volume that it was given for writing.',
    needs: ['container', 'mounts', 'rights'],
    find: ({ container: { name }, mounts, rights }) =>
      mounts.flatMap((mount): Finding[] => {
        const { owner, destination, source, type, uidInside } = mount;
        if (!mount.isWritable || mount.readOnly !== 'nothing' || !owner || mayWrite(rights, mount)) return [];
        const mode = owner.mode.toString(8).padStart(4, '0');
        const whose = `${owner.uid}:${owner.gid}, mode ${mode}`;
        const unmapped = uidInside === undefined ? ', who is nobody in its user namespace' : '';
        return [
          {
            severity: 'suspect',
            sentence: `"${name}" runs as user ${rights.uid} (group ${rights.gid}), who may not write to "${destination}": that belongs to ${whose}${unmapped}`,
            evidence: [{ seen: `${type} ${source}: ${whose}`, command: `stat -c '%u:%g %a' ${shellQuote(source)}` }],
            next: [
              { what: 'give it to that user', command: `chown -R ${rights.uid}:${rights.gid} ${shellQuote(source)}` },
            ],
          },
        ];
      }),
  }),
  check({
    id: 'rights.denied',
    layer: RIGHTS,
    about: 'AppArmor or SELinux has refused it something.',
    needs: ['container', 'denials'],
    find: ({ container: { name }, denials }) => {
      const last = denials.at(-1);
      if (last === undefined) return [];
      const targets = [...new Set(denials.map(({ operation, target }) => `${operation} ${target}`.trim()))];
      return [
        {
          severity: 'suspect',
          sentence: `${last.module} has refused "${name}" ${counted(denials.length, 'call')}, as ${last.label}: ${firstOf(targets)}`,
          evidence: [
            {
              seen: `${last.command} (${last.pid}): ${last.operation} ${last.target}`,
              command: last.module === 'AppArmor' ? 'dmesg | grep \'apparmor="DENIED"\'' : 'ausearch -m avc',
            },
          ],
          next: [
            {
              what: 'see whether it works without, at its next start',
              command: `docker run --security-opt ${last.module === 'AppArmor' ? 'apparmor=unconfined' : 'label=disable'} …`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'rights.unusual',
    layer: RIGHTS,
    about: 'It may do more, or less, than docker lets a container do by default.',
    needs: ['container', 'rights'],
    find: ({ container: { name }, rights }) => {
      const { mostCapabilities: most, hasSeccompFilter, noNewPrivileges, label } = rights;
      const missing = DEFAULT_CAPABILITIES.filter((each) => !most.includes(each));
      const added = most.filter((each) => !DEFAULT_CAPABILITIES.includes(each));
      const facts = [
        ...(missing.length > 0 ? [`without ${capabilityNames(missing)}`] : []),
        ...(added.length > 0 ? [`with ${capabilityNames(added)}`] : []),
        ...(hasSeccompFilter ? [] : ['without a seccomp filter']),
        ...(noNewPrivileges ? ['with no-new-privileges'] : []),
      ];
      if (facts.length === 0) return [];
      return [
        {
          severity: 'note',
          sentence: `"${name}" runs ${facts.join(', ')}${label === undefined ? '' : `, as ${label}`}`,
          evidence: [{ seen: facts.join(', '), command: inspectRights(name) }],
          next: [],
        },
      ];
    },
  }),
] as const;

const inspectRights = (name: string) =>
  `docker inspect -f '{{.HostConfig.Privileged}} {{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' ${shellQuote(name)}`;

const capabilityNames = (numbers: readonly number[]) => firstOf(numbers.map(capabilityName), 5);

/**
 * Whether the container's user may write to a mount, by path_resolution(7) and capabilities(7). An
 * access control list may allow a user more than this, but no more than its group (acl(5)).
 */
function mayWrite(rights: Rights, { owner, uidInside, gidInside }: MountSeen): boolean {
  if (owner === undefined) return true;
  const { uid, gid, mode, isFolder } = owner;
  // CAP_DAC_OVERRIDE works only on files whose user and group are mapped in the user namespace.
  const isMapped = uidInside !== undefined && gidInside !== undefined;
  if (isMapped && rights.capabilities.includes(CAP_DAC_OVERRIDE)) return true;
  const needed = isFolder ? 0o3 : 0o2;
  const may = (bits: number) => ((mode >> bits) & needed) === needed;
  if (rights.uid === uid) return may(6);
  return rights.gid === gid || rights.groups.includes(gid) ? may(3) : may(0);
}
