import { duration, shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { ConnectionFacts } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const PEER = 'peer';

/**
 * in ms: how long a container that was restarted several times may have run, and still be in a loop
 */
const YOUNG_MS = 10_000;

/** Whether the peer lives, in causal order. */
export const PEER_LIFE_CHECKS = [
  check({
    id: 'peer.not-running',
    layer: PEER,
    about: 'The container of that name does not run.',
    needs: ['wish', 'named', 'now'],
    find: ({ wish: { host }, named, now }) => {
      const [its] = named;
      if (its === undefined || named.some(({ container }) => container.state.pid > 0)) return [];
      const { name, state } = its.container;
      const ended =
        state.finishedAt === undefined
          ? ''
          : `, ended ${duration(now - state.finishedAt)} ago with code ${state.exitCode}`;
      const also = its.by === 'alias' ? ` (${host} is an alias of it)` : '';
      return [
        {
          severity: 'broken',
          sentence: `container "${name}" does not run: it is ${state.status}${ended}${also}`,
          evidence: [{ seen: state.status, command: `docker ps -a --filter ${shellQuote(`name=^${name}$`)}` }],
          next: [
            { what: 'see why', command: `dbg why ${shellQuote(name)}` },
            { what: 'start it', command: `docker start ${shellQuote(name)}` },
          ],
        },
      ];
    },
  }),
  check({
    id: 'peer.restarting',
    layer: PEER,
    about: 'The peer dies again and again, and runs for moments alone.',
    needs: ['named', 'now', 'tried'],
    find: ({ named, now, tried }) => {
      const [its] = named;
      if (its === undefined || tried?.outcome === 'connected') return [];
      const { name, state, restarts } = its.container;
      const ran = now - (state.startedAt ?? 0);
      if (state.pid === 0 || restarts < 2 || ran > YOUNG_MS) return [];
      return [
        {
          severity: 'broken',
          sentence: `container "${name}" dies again and again: it was restarted ${restarts} times, the last time ${duration(ran)} ago`,
          evidence: [
            { seen: `${restarts} restarts`, command: `docker inspect -f '{{.RestartCount}}' ${shellQuote(name)}` },
          ],
          next: [{ what: 'see why', command: `dbg why ${shellQuote(name)}` }],
        },
      ];
    },
  }),
  check({
    id: 'peer.paused',
    layer: PEER,
    about: 'The peer is paused: its kernel takes connections, its program does nothing with them.',
    needs: ['peer'],
    find: ({ peer }) =>
      peer.kind !== 'container' || peer.container.state.status !== 'paused'
        ? []
        : [
            {
              severity: 'broken',
              sentence: `container "${peer.container.name}" is paused: what connects to it waits`,
              evidence: [
                { seen: 'paused', command: `docker inspect -f '{{.State.Status}}' ${shellQuote(peer.container.name)}` },
              ],
              next: [{ what: 'let it go on', command: `docker unpause ${shellQuote(peer.container.name)}` }],
            },
          ],
  }),
  check({
    id: 'peer.unhealthy',
    layer: PEER,
    about: 'The health check of the peer fails: it may take connections, and do its work badly or not at all.',
    needs: ['peer', 'health'],
    find: ({ peer, health }) => {
      if (peer.kind !== 'container' || health?.status !== 'unhealthy') return [];
      const { name } = peer.container;
      const said = health.output.trim().split('\n').at(-1)?.slice(0, 200);
      return [
        {
          severity: 'suspect',
          sentence: `"${name}" is unhealthy: its health check has failed ${health.failures} times in a row${said ? `, and said: ${said}` : ''}`,
          evidence: [
            { seen: health.status, command: `docker inspect -f '{{json .State.Health}}' ${shellQuote(name)}` },
          ],
          next: [{ what: 'see why', command: `dbg why ${shellQuote(name)}` }],
        },
      ];
    },
  }),
] as const;
