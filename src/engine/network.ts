import { notA } from './engine-errors.ts';

/** What dbg uses of GET /networks/{id}. */
export interface Network {
  readonly id: string;
  readonly name: string;
  /** "bridge", "macvlan", "overlay", "host", "null" … */
  readonly driver: string;
  /**
   * the device of the host that carries the network: its bridge, or the parent of a macvlan;
   * undefined when there is none
   */
  readonly device: string | undefined;
  /** It has no way out: only its own containers can be reached. */
  readonly isInternal: boolean;
  /** Whether its containers may reach each other (enable_icc of the bridge driver). */
  readonly hasTraffic: boolean;
  /** Whether the host's address is to stand for those of its containers outside. */
  readonly isMasqueraded: boolean;
  /** MAC addresses of the containers that are on it now, by container id */
  readonly macs: ReadonlyMap<string, string>;
}

type Json = Record<string, unknown>;
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * The id of a network: 256 random bits in hexadecimal. The ids of Swarm's networks are 25 digits
 * and letters.
 */
const NETWORK_ID = /^([0-9a-f]{64}|[0-9a-z]{25})$/;

/** Reads the answer of GET /networks/{id}. Throws a DbgError when there is no network's id. */
export function parseNetwork(answer: unknown): Network {
  const body = object(answer);
  const [id, driver, options] = [text(body['Id']), text(body['Driver']), object(body['Options'])];
  if (!NETWORK_ID.test(id)) throw notA('a network');
  return {
    id,
    name: text(body['Name']),
    driver,
    device: deviceOf(id, driver, options),
    isInternal: body['Internal'] === true,
    hasTraffic: text(options['com.docker.network.bridge.enable_icc']) !== 'false',
    isMasqueraded: text(options['com.docker.network.bridge.enable_ip_masquerade']) !== 'false',
    macs: new Map(
      Object.entries(object(body['Containers'])).map(([container, end]) => [
        container,
        text(object(end)['MacAddress']).toLowerCase(),
      ]),
    ),
  };
}

/**
 * The device of a network. libnetwork calls a bridge br-<the first 12 digits of the network's id>,
 * unless it was told another name (drivers/bridge).
 */
function deviceOf(id: string, driver: string, options: Json): string | undefined {
  const named = (option: string) => (DEVICE_NAME.test(text(options[option])) ? text(options[option]) : undefined);
  if (driver === 'bridge') return named('com.docker.network.bridge.name') ?? `br-${id.slice(0, 12)}`;
  return driver === 'macvlan' ? named('parent') : undefined;
}

/**
 * A name that the kernel allows for a device (dev_valid_name), and that no tool takes for an option
 * or for the path of a file.
 */
const DEVICE_NAME = /^(?![-.])[^\s/:\p{Cc}]{1,15}$/u;
