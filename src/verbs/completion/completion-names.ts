import { parseDev } from '../../proc/net.ts';
import type { ContainerSummary } from '../../engine/container.ts';
import { matching, serviceNames } from '../../engine/match.ts';
import { printable } from '../../ui/columns.ts';
import type { Candidate } from './completion-wanted.ts';
import { isEnterable } from '../../cli/arguments/chosen-container.ts';

/** What names a live container: its own name, and its service's where that names no other. */
export function names(all: readonly ContainerSummary[]): Candidate[] {
  const live = all.filter(isEnterable);
  const services = live.flatMap((container) => {
    const fitting = serviceNames(container.labels).filter((name) => means(all, name, container));
    // "web.1" says nothing more than "web" where there is one of them.
    const short = fitting.filter((name) => !fitting.some((other) => name.startsWith(`${other}.`)));
    return short.map((word) => ({ word, about: `${container.name}, ${about(container)}` }));
  });
  const own = live.map((container) => ({ word: container.name, about: about(container) }));
  return uniq([...own, ...services.map(({ word, about: text }) => ({ word, about: printable(text) }))]);
}

/** Each published port, as ":8080", with who publishes it; "/udp" where tcp would be meant without. */
export function ports(all: readonly ContainerSummary[]): Candidate[] {
  const published = all.flatMap((container) =>
    container.ports.flatMap(({ host, protocol }) => (host ? [{ container, host, protocol }] : [])),
  );
  published.sort((a, b) => a.host - b.host);
  return uniq(
    published.map(({ container, host, protocol }) => ({
      word: means(all, `:${host}`, container) ? `:${host}` : `:${host}/${protocol}`,
      about: printable(`${container.name}, ${container.image}`),
    })),
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

/** The interfaces in /proc/PID/net/dev, but for the loopback, which has no other end. */
export function interfaceNames(dev: string): Candidate[] {
  const found = [...parseDev(dev).keys()];
  return found.filter((word) => word !== 'lo').map((word) => ({ word, about: '' }));
}

const about = ({ image, status }: ContainerSummary) => printable(`${image}, ${status}`);

/** Whether dbg would take this reference for this container: an ambiguous one is not offered. */
function means(all: readonly ContainerSummary[], ref: string, { id }: ContainerSummary): boolean {
  const { containers } = matching(all, ref);
  return containers.length === 1 && containers[0]?.id === id;
}

const uniq = (candidates: readonly Candidate[]) => [
  ...new Map(candidates.map((candidate) => [candidate.word, candidate])).values(),
];
