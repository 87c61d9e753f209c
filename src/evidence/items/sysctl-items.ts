import type { Sysctl } from '../../proc/sysctl-lines.ts';
import type { Item } from '../container-evidence.ts';
import { bounded, plain } from './item.ts';

/** What the kernel counts. */
const MEASURES = /^(net\.netfilter\.nf_conntrack_count|net\.ipv4\.inet_peer_\w+|kernel\.(shm|msg)_next_id)$/;

/** The sysctls of a container's own namespaces, sorted by name. */
export const sysctlItems = (sysctls: readonly Sysctl[]): Item[] =>
  bounded(
    sysctls
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, value }) => plain(name, value, MEASURES.test(name) ? 'measure' : undefined)),
  );
