/** What a container's /etc/resolv.conf says (resolv.conf(5)). */
export interface Resolver {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

/**
 * What glibc takes at most: MAXNS nameservers, and the number of search domains of older versions
 * (resolv.h).
 */
const [MOST_SERVERS, MOST_DOMAINS] = [3, 6];

/**
 * Reads resolv.conf. The last `search` or `domain` line counts. Without a nameserver, the resolver
 * asks 127.0.0.1.
 */
export function parseResolver(text: string): Resolver {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const servers = lines.flatMap(([word, server]) => (word === 'nameserver' && server ? [server] : []));
  const domains = lines.filter(([word]) => word === 'search' || word === 'domain').at(-1);
  const options = lines.flatMap(([word, ...rest]) => (word === 'options' ? rest : []));
  const ndots = options.flatMap((option) => /^ndots:(\d{1,2})$/.exec(option)?.[1] ?? []).at(-1);
  return {
    nameservers: servers.length > 0 ? servers.slice(0, MOST_SERVERS) : ['127.0.0.1'],
    search: domains?.slice(1, 1 + MOST_DOMAINS) ?? [],
    ndots: Math.min(Number(ndots ?? 1), 15),
  };
}

/**
 * The names that a resolver asks for, in its order. A name with at least `ndots` dots is asked as
 * it is first, and with the search domains after that; any other name the other way round.
 */
export function namesAskedFor(name: string, { search, ndots }: Resolver): string[] {
  if (name.endsWith('.')) return [name];
  const dots = name.split('.').length - 1;
  const longer = search.filter((domain) => domain !== '.').map((domain) => `${name}.${domain.replace(/^\./, '')}`);
  return dots >= ndots ? [name, ...longer] : [...longer, name];
}

/** The addresses that the text of /etc/hosts has for a name (hosts(5)). */
export function hostsAddresses(text: string, name: string): string[] {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address && names.some((each) => each.toLowerCase() === wanted) ? [address] : [];
  });
}
