import { capabilityName } from '../../proc/capability-names.ts';
import { part } from './doctor-part.ts';

const RIGHTS = 'rights';

/** The capabilities that dbg needs, by their numbers (linux/capability.h), and what for. */
const NEEDED: readonly (readonly [number, string])[] = [
  [1, 'files of other users'],
  [5, 'to end what it started'],
  [6, 'to become another group'],
  [7, 'to become another user'],
  [18, "a container's files"],
  [19, 'the namespaces of other processes'],
  [21, 'to enter namespaces'],
];
/** Capabilities without which single verbs fail. */
const USEFUL: readonly (readonly [number, string])[] = [
  [12, 'cuts'],
  [13, 'captures'],
];

export const RIGHT_PARTS = [
  part({
    id: 'rights.root',
    layer: RIGHTS,
    about: 'dbg is root, or can become root through sudo.',
    neededBy: 'all verbs that enter a container',
    needs: ['rights', 'sudo'],
    seen: ({ rights: { isRoot, uid }, sudo }) =>
      isRoot ? 'root' : `user ${uid}${sudo === undefined ? '' : `; verbs that need root go through ${sudo}`}`,
    find: ({ rights: { isRoot, lineAsRoot, uid, noNewPrivileges }, sudo }) => {
      if (isRoot) return [];
      const evidence = [{ seen: `user ${uid}`, command: 'id' }];
      if (sudo === undefined) {
        return [
          {
            severity: 'broken',
            sentence: 'dbg is not root, and there is no sudo on this host',
            evidence,
            next: [{ what: 'as root', command: "su -c 'dbg …'" }],
          },
        ];
      }
      if (noNewPrivileges) {
        return [
          {
            severity: 'broken',
            sentence: 'sudo cannot make dbg root: no program that dbg starts may gain rights (no_new_privs)',
            evidence: [{ seen: 'NoNewPrivs: 1', command: 'grep NoNewPrivs /proc/self/status' }],
            next: [{ what: 'from a shell without it', command: 'ssh localhost dbg doctor' }],
          },
        ];
      }
      return [
        {
          severity: 'note',
          sentence: 'dbg is not root, so what only root may look at is left out; whether sudo lets you is not tried',
          evidence,
          next: [{ what: 'look at all of it', command: lineAsRoot }],
        },
      ];
    },
  }),
  part({
    id: 'rights.capabilities',
    layer: RIGHTS,
    about: "Root's rights are whole: root in a container lacks some.",
    neededBy: 'all verbs that enter a container; cuts, captures',
    needs: ['rights'],
    seen: ({ rights: { capabilities } }) => {
      const lacking = lacks(capabilities, [...NEEDED, ...USEFUL]);
      return lacking.length === 0 ? 'all that dbg uses' : `without ${lacking.map(([name]) => name).join(', ')}`;
    },
    find: ({ rights: { capabilities } }) => [
      ...missing(lacks(capabilities, NEEDED), 'broken'),
      ...missing(lacks(capabilities, USEFUL), 'note'),
    ],
  }),
  part({
    id: 'rights.seccomp',
    layer: RIGHTS,
    about: 'No filter of system calls is on dbg itself, as there is in a container.',
    neededBy: 'all verbs that enter a container',
    needs: ['rights'],
    seen: ({ rights: { hasSeccompFilter } }) => (hasSeccompFilter ? 'a filter is on dbg' : 'no filter'),
    find: ({ rights: { hasSeccompFilter } }) =>
      hasSeccompFilter
        ? [
            {
              severity: 'suspect',
              sentence:
                'a filter of system calls (seccomp) is on dbg itself; it may refuse to enter namespaces, as the one of a container does',
              evidence: [{ seen: 'Seccomp: 2', command: 'grep Seccomp: /proc/self/status' }],
              next: [{ what: 'in a container of your own', command: 'docker run --security-opt seccomp=unconfined …' }],
            },
          ]
        : [],
  }),
] as const;

const lacks = (capabilities: readonly number[], wanted: readonly (readonly [number, string])[]) =>
  wanted
    .filter(([number]) => !capabilities.includes(number))
    .map(([number, what]) => [capabilityName(number), what] as const);

function missing(lacking: readonly (readonly [string, string])[], severity: 'broken' | 'note') {
  if (lacking.length === 0) return [];
  const names = lacking.map(([name, what]) => `${name} (${what})`).join(', ');
  return [
    {
      severity,
      sentence: `dbg may not have ${lacking.length === 1 ? 'this capability' : 'these capabilities'}: ${names}`,
      evidence: [{ seen: names, command: 'capsh --print' }],
      next: [
        {
          what: 'in a container of your own',
          command: `docker run --pid host ${lacking.map(([name]) => `--cap-add ${name}`).join(' ')} …`,
        },
      ],
    },
  ];
}
