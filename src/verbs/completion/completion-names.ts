import { parseDev } from '../../proc/net.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import { matching, PROTOCOLS, serviceNames } from '../../engine/match.ts';
import { printable } from '../../ui/columns.ts';
import type { Candidate } from './completion-wanted.ts';
import { isEnterable } from '../../cli/arguments/chosen-container.ts';

/**
 * The names of live containers: each container's own name, and the name of its service where that
 * fits no other container.
 */
export function names(all: readonly ContainerSummary[]): Candidate[] {
  const live = all.filter(isEnterable);
  const services = live.flatMap((container) => {
    const fitting = serviceNames(container.labels).filter((name) => means(all, name, container));
    // "web.1" is left out where "web" already means this container alone.
    const short = fitting.filter((name) => !fitting.some((other) => name.startsWith(`${other}.`)));
    return short.map((word) => ({ word, about: `${container.name}, ${about(container)}` }));
  });
  const own = live.map((container) => ({ word: container.name, about: about(container) }));
  return uniq([...own, ...services.map(({ word, about: text }) => ({ word, about: printable(text) }))]);
}

/**
 * Each published port as ":8080", with the container that publishes it. The protocol is added
 * (":53/udp") where the port alone means another protocol's, as tcp goes first.
 */
export function ports(all: readonly ContainerSummary[]): Candidate[] {
  const published = all.flatMap((container) =>
    container.ports.flatMap(({ host, protocol }) => (host ? [{ container, host, protocol }] : [])),
  );
  published.sort((a, b) => a.host - b.host);
  const isFirst = (host: number, protocol: string) =>
    protocol === PROTOCOLS.find((each) => published.some((other) => other.host === host && other.protocol === each));
  return uniq(
    published.flatMap(({ container, host, protocol }) => {
      const word = isFirst(host, protocol) ? `:${host}` : `:${host}/${protocol}`;
      const text = printable(`${container.name}, ${container.image}`);
      return means(all, word, container) ? [{ word, about: text }] : [];
    }),
  );
}

/** The networks that these containers are on. */
export function networks(containers: readonly ContainerSummary[]): Candidate[] {
  const on = containers.flatMap(({ networks: each, name }) => each.map((network) => ({ network, name })));
  return [...new Set(on.map(({ network }) => network))].map((word) => {
    const members = on.filter(({ network }) => network === word).map(({ name }) => name);
    return { word, about: printable(members.join(', ')).slice(0, 60) };
  });
}

/** The interfaces in /proc/PID/net/dev, except the loopback, which is no end of a pair. */
export function interfaceNames(dev: string): Candidate[] {
  const found = [...parseDev(dev).keys()];
  return found.filter((word) => word !== 'lo').map((word) => ({ word, about: '' }));
}

const about = ({ image, status }: ContainerSummary) => printable(`${image}, ${status}`);

/**
 * Whether dbg would take this reference for this container alone. An ambiguous reference is not
 * offered.
 */
function means(all: readonly ContainerSummary[], ref: string, { id }: ContainerSummary): boolean {
  const { containers } = matching(all, ref);
  return containers.length === 1 && containers[0]?.id === id;
}

const uniq = (candidates: readonly Candidate[]) => [
  ...new Map(candidates.map((candidate) => [candidate.word, candidate])).values(),
];
