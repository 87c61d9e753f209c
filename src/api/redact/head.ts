import type { Header, RequestHead } from '../http/head.ts';
import { redactJson } from './json.ts';
import { isSecretName, REDACTED, redactText } from './text.ts';

/** docker's own for registries, and HTTP's. */
const SECRET_HEADERS = new Set([
  'x-registry-auth',
  'x-registry-config',
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
]);

/** A head without secrets; the same object when it has none. Heads that are alike are one object (http/head.ts), and looked at once. */
export function redactHead<Head extends { readonly headers: readonly Header[] }>(head: Head): Head {
  const before = known.get(head);
  if (before) return before as Head;
  const redacted = redacting(head);
  known.set(head, redacted);
  return redacted;
}

const known = new WeakMap<object, object>();

function redacting<Head extends { readonly headers: readonly Header[] }>(head: Head): Head {
  const headers = head.headers.map(redactHeader);
  const { target } = head as Partial<RequestHead>;
  const clean = target === undefined ? undefined : redactTarget(target);
  const isSame = clean === target && headers.every((each, at) => each === head.headers[at]);
  return isSame ? head : { ...head, headers, ...(clean !== undefined && { target: clean }) };
}

function redactHeader(header: Header): Header {
  const [name, value] = header;
  if (SECRET_HEADERS.has(name.toLowerCase())) {
    const scheme = /^(?:Basic|Bearer|Digest) /i.exec(value)?.[0] ?? '';
    return [name, `${scheme}${REDACTED}`];
  }
  const clean = redactText(value);
  return clean === value ? header : [name, clean];
}

/** What follows the `?`: pairs that hold no secret stay as they were written. */
function redactTarget(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const pairs = target.slice(mark + 1).split('&');
  return `${target.slice(0, mark)}?${pairs.map(redactPair).join('&')}`;
}

function redactPair(pair: string): string {
  const equals = pair.indexOf('=');
  if (equals < 0) return pair;
  const name = decoded(pair.slice(0, equals));
  const value = decoded(pair.slice(equals + 1));
  const clean = redactParameter(name, value);
  return clean === value ? pair : `${pair.slice(0, equals)}=${encodeURIComponent(clean)}`;
}

function redactParameter(name: string, value: string): string {
  if (/^[{[]/.test(value)) {
    try {
      const json: unknown = JSON.parse(value);
      const clean = redactJson({ [name]: json }, '') as Record<string, unknown>;
      return clean[name] === json ? value : JSON.stringify(clean[name]);
    } catch {
      return redactText(value);
    }
  }
  return isSecretName(name) && name !== 'detachKeys' && value !== '' ? REDACTED : redactText(value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
