import { part } from './doctor-part.ts';

const SECURITY = 'security';
/**
 * Types of SELinux that are not confined: those of a person's shell, of root's, and of services.
 */
const FREE_TYPE = /:(unconfined_t|unconfined_service_t|sysadm_t|initrc_t|kernel_t):/;

export const SECURITY_PARTS = [
  part({
    id: 'security.apparmor',
    layer: SECURITY,
    about: 'No profile of AppArmor is on dbg itself.',
    neededBy: 'all verbs',
    needs: ['confinement', 'rights'],
    seen: ({ confinement: { appArmor }, rights: { label } }) => {
      if (appArmor === undefined) return 'not in force';
      const { profiles } = appArmor;
      const tools =
        profiles === undefined ? 'only root may see those of its tools' : profiles.join(', ') || 'none for its tools';
      return `in force; dbg is ${label ?? 'unconfined'}; profiles: ${tools}`;
    },
    find: ({ confinement: { appArmor }, rights: { label } }) =>
      appArmor === undefined || label === undefined || /^unconfined\b/.test(label)
        ? []
        : [
            {
              severity: 'suspect',
              sentence: `dbg itself is confined by the AppArmor profile ${label}, which may refuse what dbg does`,
              evidence: [{ seen: label, command: 'cat /proc/self/attr/current' }],
              next: [{ what: 'what it refuses', command: 'sudo dmesg | grep \'apparmor="DENIED"\'' }],
            },
          ],
  }),
  part({
    id: 'security.selinux',
    layer: SECURITY,
    about: 'SELinux does not confine dbg itself.',
    neededBy: 'all verbs',
    needs: ['confinement', 'rights'],
    seen: ({ confinement: { seLinux }, rights: { label } }) =>
      seLinux === undefined ? 'not in force' : `${seLinux}; dbg is ${label ?? 'without a label'}`,
    find: ({ confinement: { seLinux }, rights: { label } }) =>
      seLinux !== 'enforcing' || label === undefined || FREE_TYPE.test(`${label}:`)
        ? []
        : [
            {
              severity: 'suspect',
              sentence: `SELinux confines dbg itself as ${label}, and may refuse what dbg does`,
              evidence: [{ seen: label, command: 'id -Z' }],
              next: [{ what: 'what it refuses', command: 'sudo ausearch -m avc -ts recent' }],
            },
          ],
  }),
  part({
    id: 'security.yama',
    layer: SECURITY,
    about: 'Yama lets root attach to a process (kernel.yama.ptrace_scope below 3).',
    neededBy: 'dbg strace',
    needs: ['confinement'],
    seen: ({ confinement: { ptraceScope } }) =>
      ptraceScope === undefined ? 'not in force' : `ptrace_scope is ${ptraceScope}`,
    find: ({ confinement: { ptraceScope } }) =>
      ptraceScope === 3
        ? [
            {
              severity: 'note',
              sentence: 'nobody may attach to a process on this host (ptrace_scope is 3), which dbg strace needs',
              evidence: [{ seen: '3', command: 'sysctl kernel.yama.ptrace_scope' }],
              next: [
                {
                  what: 'it cannot be lowered before the next boot; what sets it',
                  command: 'grep -rs ptrace_scope /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d',
                },
              ],
            },
          ]
        : [],
  }),
] as const;
