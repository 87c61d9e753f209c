import { isIPv4, isIPv6 } from 'node:net';
import { DbgError } from '../../errors.ts';

/** The length of an option or of a name record is a 16-bit number. */
export const LONGEST_VALUE = 0xffff;

export function count(code: number, value: number | undefined): Buffer[] {
  if (value === undefined) return [];
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return [option(code, bytes)];
}

export function time(milliseconds: number, nanoseconds: boolean): Buffer {
  const seconds = Math.floor(milliseconds / 1000);
  const rest = Math.floor((milliseconds - seconds * 1000) * 1e6);
  const bytes = Buffer.alloc(8);
  writeTime(bytes, 0, { seconds, nanoseconds: rest }, nanoseconds);
  return bytes;
}

/**
 * Writes a timestamp, its upper 32 bits first in any byte order. In nanoseconds it has 61 bits,
 * more than a number can hold exactly. So the seconds are multiplied in two halves of 16 bits.
 */
export function writeTime(
  bytes: Buffer,
  at: number,
  of: { readonly seconds: number; readonly nanoseconds: number },
  nanoseconds: boolean,
): void {
  const perSecond = nanoseconds ? 1e9 : 1e6;
  const fraction = nanoseconds ? of.nanoseconds : Math.floor(of.nanoseconds / 1000);
  const upper = (of.seconds >>> 16) * perSecond;
  const lower = (upper % 0x10000) * 0x10000 + (of.seconds & 0xffff) * perSecond + fraction;
  bytes.writeUInt32LE(Math.floor(upper / 0x10000) + Math.floor(lower / 0x100000000), at);
  bytes.writeUInt32LE(lower % 0x100000000, at + 4);
}

/**
 * An IPv4 or IPv6 address in network byte order. The scope of a link-local address ("%eth0") is
 * dropped.
 */
export function addressBytes(written: string): Buffer {
  const [address = ''] = written.split('%');
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address)) throw new DbgError(`not an IP address: ${written}`);
  // A URL's host has no IPv4 notation in it, only groups and at most one "::" (WHATWG URL, IPv6
  // serializer).
  const [before = [], after = []] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

export function text(code: number, value: string | undefined): Buffer[] {
  return value === undefined ? [] : [option(code, utf8(value))];
}

/** A text as UTF-8. When it is longer than an option can be, it is cut between two characters. */
export function utf8(value: string): Buffer {
  const bytes = Buffer.from(value);
  let end = Math.min(bytes.length, LONGEST_VALUE);
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** An option: code, length without the padding, value, padding. A name record has the same form. */
export function option(code: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + value.length + padding(value.length));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** opt_endofopt; nrb_record_end is the same. */
export const END = Buffer.alloc(4);

/** A block. Its length is at both ends, so that a file can be read backwards. */
export function block(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  body.copy(bytes, 8);
  bytes.writeUInt32LE(bytes.length, 8 + body.length);
  return bytes;
}

/** The number of bytes after a value: everything begins at a multiple of 4 bytes. */
export function padding(length: number): number {
  return -length & 3;
}
