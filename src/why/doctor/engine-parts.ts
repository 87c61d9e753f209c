import { part } from './doctor-part.ts';

const ENGINE = 'engine';

export const ENGINE_PARTS = [
  part({
    id: 'engine.answers',
    layer: ENGINE,
    about: "An engine answers at the address that docker's CLI would use.",
    neededBy: 'all verbs that take a container',
    needs: ['engine'],
    seen: ({ engine: { address, source, answer } }) => {
      const where = `${address ?? 'no address'}, ${source}`;
      if (answer.kind === 'trouble') return where;
      const { name, version, api } = answer.version;
      return `${name} ${version || '(no version)'}, API ${api || '(none)'}, at ${where}`;
    },
    find: ({ engine: { address, source, answer } }) =>
      answer.kind === 'version'
        ? []
        : [
            {
              severity: 'broken',
              sentence: answer.message,
              evidence: [{ seen: `${address ?? 'no address'}, ${source}`, command: 'docker context ls' }],
              next: answer.next,
            },
          ],
  }),
  part({
    id: 'engine.processes',
    layer: ENGINE,
    about: "The processes of the engine's containers are processes of this host.",
    neededBy: 'all verbs that enter a container',
    needs: ['processes'],
    seen: ({ processes }) => {
      if (processes.kind === 'trouble') return 'the engine answers no question about containers';
      return processes.kind === 'here'
        ? `"${processes.container}" is process ${processes.pid} of this host`
        : processes.evidence;
    },
    find: ({ processes }) => {
      if (processes.kind === 'here') return [];
      if (processes.kind === 'trouble') {
        return [
          {
            severity: 'suspect',
            sentence: `the engine tells its version, but nothing of its containers: ${processes.message}`,
            evidence: [{ seen: processes.message, command: 'docker ps' }],
            next: processes.next,
          },
        ];
      }
      return [
        {
          severity: 'broken',
          sentence: processes.message,
          evidence: [{ seen: processes.evidence, command: 'docker info' }],
          next: [{ what: "run dbg on the engine's own machine", command: 'ssh -t HOST dbg doctor' }],
        },
      ];
    },
  }),
] as const;
