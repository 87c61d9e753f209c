import type { Item } from '../container-evidence.ts';
import { parseResolver } from '../../network/reach/resolver-files.ts';
import { bounded, plain } from './item.ts';

/** What a nameserver says of a name. */
export interface NameAnswer {
  readonly name: string;
  readonly type: string;
  readonly server: string;
  /** addresses, or what came in their place: "no such name", "no answer" */
  readonly said: string;
}

/** What resolv.conf and hosts of a container say. `id` tells which line of hosts is its own. */
export function resolverItems(resolvConf: string, hosts: string, id: string): Item[] {
  const { nameservers, search, ndots } = parseResolver(resolvConf);
  const options = resolvConf.split('\n').flatMap((line) => /^\s*options\s+(.*\S)/.exec(line)?.[1] ?? []);
  const lines = hosts.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  return bounded([
    plain('nameservers', nameservers.join(' ')),
    plain('search', search.join(' ') || 'none'),
    plain('ndots', ndots),
    plain('options', options.join(' ') || 'none'),
    ...lines.flatMap(([address, ...names]) => {
      if (!address || names.length === 0) return [];
      const isOwn = names.some((name) => name.length >= 12 && id.startsWith(name));
      return [isOwn ? plain('hosts: itself', address, 'address') : plain(`hosts: ${names.join(' ')}`, address)];
    }),
  ]);
}

/** The answers by name and type. The nameserver is only named where there are several. */
export function answerItems(answers: readonly NameAnswer[]): Item[] {
  const isOne = new Set(answers.map(({ server }) => server)).size < 2;
  return bounded(
    answers.map(({ name, type, server, said }) => plain(`${name} ${type}${isOne ? '' : ` of ${server}`}`, said)),
  );
}
