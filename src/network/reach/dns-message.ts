/** numbers of RFC 1035 and 3596 */
const TYPES = { A: 1, AAAA: 28 } as const;
export type AddressType = keyof typeof TYPES;
const HEADER = 12;

/**
 * The message that asks a nameserver for a name's addresses; undefined when `name` is no valid
 * name.
 */
export function dnsQuestion(name: string, type: AddressType): Buffer | undefined {
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label));
  const length = labels.reduce((sum, label) => sum + 1 + label.length, 1);
  if (length > 255 || labels.some((label) => label.length === 0 || label.length > 63)) return undefined;
  // Each question goes out from a port of its own, and only one address may answer on it. So the id
  // of the message tells nothing, and it is always the same.
  const header = Buffer.from([0xdb, 0x60, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const tail = Buffer.from([0, 0, TYPES[type], 0, 1]);
  return Buffer.concat([header, ...labels.flatMap((label) => [Buffer.from([label.length]), label]), tail]);
}

/**
 * What a nameserver answered. The codes:
 * - 0: no error
 * - 2: the server failed
 * - 3: no such name
 * - 5: refused
 */
export interface DnsAnswer {
  readonly code: number;
  readonly addresses: readonly string[];
}

/**
 * Reads an answer; undefined when the message is no answer. Records that are cut off at the end are
 * left out.
 */
export function parseDnsAnswer(message: Buffer): DnsAnswer | undefined {
  if (message.length < HEADER || (message[2]! & 0x80) === 0) return undefined;
  const [questions, answers] = [message.readUInt16BE(4), message.readUInt16BE(6)];
  const addresses: string[] = [];
  let at = HEADER;
  for (let each = 0; each < questions; each++) at = afterName(message, at) + 4;
  for (let each = 0; each < answers; each++) {
    at = afterName(message, at);
    if (at + 10 > message.length) break;
    const [type, length] = [message.readUInt16BE(at), message.readUInt16BE(at + 8)];
    const data = message.subarray(at + 10, at + 10 + length);
    if (type === TYPES.A && data.length === 4) addresses.push([...data].join('.'));
    if (type === TYPES.AAAA && data.length === 16) addresses.push(ipv6(data));
    at += 10 + length;
  }
  return { code: message[3]! & 15, addresses };
}

/**
 * The index behind a name. A name is a list of labels that ends with an empty label, or with a
 * pointer of two bytes to its rest.
 */
function afterName(message: Buffer, from: number): number {
  for (let at = from; at < message.length; at += 1 + message[at]!) {
    if (message[at] === 0) return at + 1;
    if (message[at]! >= 0xc0) return at + 2;
  }
  return message.length;
}

const ipv6 = (data: Buffer) =>
  new URL(`http://[${data.toString('hex').match(/.{4}/g)!.join(':')}]`).hostname.slice(1, -1);
