/** A socket that waits for connections, or for datagrams. */
export interface Listening {
  readonly protocol: 'tcp' | 'udp';
  /** "0.0.0.0", "::", or "*" for both families */
  readonly address: string;
  readonly port: number;
  /** of TCP: how many connections wait to be accepted, and how many may wait at most */
  readonly waiting: number;
  readonly most: number;
}

/** -n: without names of services and hosts. -H: without a header. */
export const LISTENING = ['ss', '-Hltun'] as const;

/** Reads what `ss -Hltun` prints (ss(8)): "tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*". */
export function parseListening(printed: string): Listening[] {
  return printed.split('\n').flatMap((line) => {
    const [protocol, , waiting, most, local = ''] = line.trim().split(/\s+/);
    // The name of a device may follow the address: "127.0.0.53%lo:53", "[fe80::1]%eth0:546".
    const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([\d.]+|\*))(?:%[^:]*)?:(\d+)$/i.exec(local) ?? [];
    if ((protocol !== 'tcp' && protocol !== 'udp') || port === undefined) return [];
    const address = (bracketed ?? plain)!.replace(/^::ffff:(?=\d+\.)/, '');
    return [{ protocol, address, port: Number(port), waiting: Number(waiting), most: Number(most) }];
  });
}

export const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address);

/** Whether a packet to an address reaches this socket. */
export function isReachedAt({ address: own }: Listening, address: string): boolean {
  const isIPv6 = address.includes(':');
  return own === address || own === '*' || own === (isIPv6 ? '::' : '0.0.0.0');
}
