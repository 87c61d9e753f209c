import { shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import type { Finding } from '../../finding.ts';
import type { ContainerFacts } from '../facts.ts';
import { inspectCommand } from './life-words.ts';

const check = checkOf<ContainerFacts>();
const layer = 'life';

// The messages of the engine (Docker 20.10 to 28) and of runc.
const PORT =
  /(?:Bind for |listen (?:tcp|udp)[46]? |bind host port (?:for )?)\S*?:(\d+)\b.*(?:already allocated|already in use)/;
const DEVICE = /custom device "([^"]+)"|could not select device driver "([^"]*)"/;
const SOURCE = /bind source path does not exist: (.+)/;
const ONTO = /error mounting "([^"]+)" to rootfs at "([^"]+)".*not a directory/;
const USER = /unable to find (user|group) (.+?): no matching entries/;
const NETWORK = /network (\S+) not found/;
export const NOT_FOUND = /exec: "([^"]+)": (?:executable file not found|stat .*no such file)/;
export const NOT_EXECUTABLE = /exec: "([^"]+)": (?:permission denied|is a directory)/;
const EXPLAINED = [PORT, DEVICE, SOURCE, ONTO, USER, NETWORK];

type Named = Pick<ContainerFacts, 'container'>;

/** The engine's message where it could not start the container. Empty while the container runs. */
export const errorOf = ({ container: { state } }: Named): string => (state.pid > 0 ? '' : state.error);

const failure = ({ container: { name, state } }: Named, sentence: string, next: Finding['next']): Finding => ({
  severity: 'broken',
  sentence: `"${name}" cannot be started: ${sentence}`,
  evidence: [{ seen: state.error, command: inspectCommand(name, '{{.State.Error}}') }],
  next,
});

const start = ({ container: { name } }: Named) => ({ what: 'then', command: `docker start ${shellQuote(name)}` });

export const START_CHECKS = [
  check({
    id: 'life.port-taken',
    layer,
    about: 'A port of the host that it publishes is taken, and by which container.',
    needs: ['container', 'publishers'],
    find: (facts) => {
      const port = PORT.exec(errorOf(facts))?.[1];
      if (port === undefined) return [];
      const other = facts.publishers.get(Number(port));
      if (other === undefined) {
        const see = { what: 'see who has it', command: `ss -Hltunp 'sport = :${port}'` };
        return [failure(facts, `port ${port} of the host is taken, by no container that runs`, [see])];
      }
      const stop = { what: 'stop the other, or publish another port', command: `docker stop ${shellQuote(other)}` };
      return [failure(facts, `port ${port} of the host is taken by container "${other}"`, [stop, start(facts)])];
    },
  }),
  check({
    id: 'life.device-missing',
    layer,
    about: 'A device of the host that it is given is not there, or has no driver.',
    needs: ['container'],
    find: (facts) => {
      const [, path, driver] = DEVICE.exec(errorOf(facts)) ?? [];
      if (path !== undefined)
        return [
          failure(facts, `the host has no device ${path}`, [{ what: 'see', command: `ls -l ${shellQuote(path)}` }]),
        ];
      if (driver === undefined) return [];
      return [failure(facts, `the engine has no driver "${driver}" for devices`, [])];
    },
  }),
  check({
    id: 'life.mount-source-missing',
    layer,
    about: 'A file or folder of the host that it is to mount is not there.',
    needs: ['container', 'missingSources'],
    find: (facts) => {
      const { container, missingSources } = facts;
      const told = SOURCE.exec(errorOf(facts))?.[1];
      const source = told ?? missingSources[0];
      if (source === undefined) return [];
      const { name, state } = container;
      const isNew = state.status === 'created';
      const command = inspectCommand(name, '{{json .HostConfig.Mounts}}');
      return [
        {
          // What was mounted while the container ran may be gone for a good reason.
          severity: told !== undefined || isNew ? 'broken' : 'suspect',
          sentence: `"${name}" cannot be started: the host has no ${source}, which it is to mount`,
          evidence: [{ seen: told === undefined ? `${source}: no such file` : state.error, command }],
          next: [{ what: 'make it', command: `mkdir -p ${shellQuote(source)}` }, start(facts)],
        },
      ];
    },
  }),
  check({
    id: 'life.mount-mismatch',
    layer,
    about: 'A folder is to be mounted over a file, or a file over a folder.',
    needs: ['container'],
    find: (facts) => {
      const [, source, target] = ONTO.exec(errorOf(facts)) ?? [];
      if (source === undefined) return [];
      const sentence = `${source} of the host and ${target} of the image are not both folders, or both files`;
      return [failure(facts, sentence, [{ what: 'see', command: `ls -ld ${shellQuote(source)}` }])];
    },
  }),
  check({
    id: 'life.user-missing',
    layer,
    about: 'The user or group that it is to run as is not in the image.',
    needs: ['container'],
    find: (facts) => {
      const [, kind, name] = USER.exec(errorOf(facts)) ?? [];
      if (kind === undefined) return [];
      const file = kind === 'user' ? '/etc/passwd' : '/etc/group';
      return [failure(facts, `its image has no ${kind} "${name}" in ${file}`, [])];
    },
  }),
  check({
    id: 'life.network-missing',
    layer,
    about: 'A network that it is on was removed.',
    needs: ['container'],
    find: (facts) => {
      const network = NETWORK.exec(errorOf(facts))?.[1];
      if (network === undefined) return [];
      const make = { what: 'make it again', command: `docker network create ${shellQuote(network)}` };
      return [failure(facts, `the network ${network} does not exist any more`, [make, start(facts)])];
    },
  }),
] as const;

/**
 * The last part of an error. Each program on the way puts what it was doing in front of what
 * happened.
 */
const lastOf = (error: string) =>
  error.replace(/^.*(container process|container init|process) ?(caused)?: /, '').replace(/: unknown$/, '');

/** Comes after the checks that explain more. */
export const START_FAILED = check({
  id: 'life.start-failed',
  layer,
  about: 'The engine could not start it, and says why.',
  needs: ['container'],
  find: (facts) => {
    const error = errorOf(facts);
    if (error === '' || EXPLAINED.some((pattern) => pattern.test(error))) return [];
    return [failure(facts, lastOf(error), [start(facts)])];
  },
});
