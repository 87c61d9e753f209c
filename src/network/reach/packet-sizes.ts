import SIZES from './packet-sizes.pl';

/** What packet-sizes.pl found, in bytes with all headers. */
export interface Sizes {
  /** the packets that TCP sends when it has much to send; undefined: there was no connection */
  readonly full: number | undefined;
  /** the largest echo request that was answered; undefined: none was */
  readonly answered: number | undefined;
  /** the smallest MTU that somebody on the way announced */
  readonly announced: number | undefined;
}

/**
 * The argv that finds the largest packet that an address answers, in the network namespace that it
 * is started in, within 4 s (packet-sizes.pl).
 */
export const sizesArgv = (address: string, port: number): string[] => [
  'perl',
  '-e',
  SIZES,
  '--',
  address,
  String(port),
];

/** Reads what packet-sizes.pl printed. */
export function parseSizes(printed: string): Sizes {
  const all = (name: string) =>
    [...printed.matchAll(/^(\w+) (\d+)$/gm)].flatMap(([, which, bytes]) => (which === name ? [Number(bytes)] : []));
  const announced = all('announced');
  return {
    full: all('full').at(-1),
    answered: all('answered').at(-1),
    announced: announced.length > 0 ? Math.min(...announced) : undefined,
  };
}
