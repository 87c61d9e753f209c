import { header, headerValues, type RequestHead } from '../../../wire/http/http-head.ts';
import { BODIES, QUERIES } from './bodies.ts';
import { HOST_POWERS } from './powers.ts';
import { offence } from './shapes.ts';
import { readStrictly } from './strict-json.ts';

/** A longer body is not judged, but refused. A config of Swarm has at most 1000 kB, in base64. */
export const MOST_BODY_BYTES = 2_097_152;

/**
 * Names what in a request, besides its body, gives power over the host: the operation itself or a
 * parameter of the query. undefined: nothing does.
 */
export function powerAsked(operation: string, query: string): string | undefined {
  if (HOST_POWERS.has(operation)) return operation;
  const parameters = new URLSearchParams(query);
  for (const [name, shape] of Object.entries(QUERIES[operation] ?? {})) {
    if (parameters.getAll(name).some((value) => offence(value, shape, name) !== undefined)) return name;
  }
  return undefined;
}

/** Whether the operation's body may give power over the host. */
export const mayHoldPower = (operation: string) => Object.hasOwn(BODIES, operation);

/** Names what in the body gives power over the host, or might. undefined: nothing does. */
export function powerIn(operation: string, body: Buffer | undefined): string | undefined {
  if (body === undefined) return `a body of more than ${MOST_BODY_BYTES} bytes`;
  const read = readStrictly(body);
  if ('unclear' in read) return read.unclear;
  const found = offence(read.value, BODIES[operation] ?? 'any', '');
  return found === '' ? 'a body' : found;
}

/**
 * Whether a body is a form. The engine takes the fields of a form for parameters of the query, and
 * puts them before those of the query itself (Go's Request.ParseForm). Several Content-Types count
 * as a form too: the engine reads the first of them.
 */
export function isForm({ headers }: Pick<RequestHead, 'headers'>): boolean {
  if (header(headers, 'content-type') === undefined) return false;
  const types = headerValues(headers, 'content-type');
  return types.length > 1 || /form-urlencoded/i.test(types[0]!);
}
