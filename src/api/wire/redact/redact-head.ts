import { operationOf } from '../calls/operation.ts';
import { header, mediaType, perObject, type Header, type RequestHead, type ResponseHead } from '../http/http-head.ts';
import { redactJson, type RedactionRule } from './redact-json.ts';
import { toLatin1, toUtf8 } from './json-text.ts';
import { isNoSecret, isSecretHeader, REDACTED } from './secret-names.ts';
import { isSecretQuery, redactText } from './redact-text.ts';

/** How a body is treated: it is JSON; it may be, or is text (nobody said what it is); it is like a query; it is left as it is; it cannot be looked into; all of it is a secret. */
export type Treatment = 'json' | 'maybe json' | 'form' | 'pass' | 'omit' | 'secret';

export interface SafeRequest {
  /** the head that came, where there was nothing to redact */
  readonly head: RequestHead;
  readonly body: Treatment;
  readonly sent: RedactionRule;
  readonly received: RedactionRule;
  /** nothing need be known of it later: no body, and no secrets in what is answered but those that are in any answer */
  readonly isHarmless: boolean;
  /** its stream carries secrets: BuildKit's, with registry logins and the secrets of a build */
  readonly isSecretStream: boolean;
}

export interface SafeResponse {
  readonly head: ResponseHead;
  readonly body: Treatment;
}

/** Redacts a request's head. The same head gives the same answer: those who poll send it again and again. */
export const safeRequest = perObject((head: RequestHead): SafeRequest => {
  const target = redactTarget(head.target);
  const headers = redactHeaders(head.headers);
  const { name, like } = operationOf(head.method, target);
  const body = hasBody(head) ? sentTreatment(name, head.headers) : 'pass';
  const [sent, received] = [sentRule(like), bodyRule(like)];
  const isSecretStream = name === 'Session' || name === 'Grpc';
  return {
    head: target === head.target && headers === head.headers ? head : { ...head, target, headers },
    body,
    sent,
    received,
    isHarmless: body === 'pass' && received === 'plain' && !isSecretStream,
    isSecretStream,
  };
});

function sentTreatment(operation: string, headers: readonly Header[]): Treatment {
  if (operation === 'SecretCreateLibpod') return 'secret';
  return operation === 'SystemAuth' ? encodedOr('json', headers) : treatment(headers);
}

const bodyRule = (operation: string): RedactionRule => (/^(?:Secret|Config)/.test(operation) ? 'data' : 'plain');

/** How the strings of a request's JSON are judged, by its operation. */
export function sentRule(operation: string): RedactionRule {
  if (operation === 'SystemAuth') return 'login';
  return operation === 'PluginSet' ? 'env' : bodyRule(operation);
}

/** A request's head alone, without secrets; the same object when it has none. */
export const redactHead = (head: RequestHead): RequestHead => safeRequest(head).head;

/** A request without a length has no body (RFC 9112, section 6.3). */
const hasBody = ({ headers }: RequestHead) =>
  header(headers, 'content-length') !== undefined || header(headers, 'transfer-encoding') !== undefined;

/** Redacts an answer's head, as safeRequest does. */
export const safeResponse = perObject((head: ResponseHead): SafeResponse => {
  const headers = redactHeaders(head.headers);
  const body = treatment(head.headers);
  // The engine says of its JSON what it is: what has another type, as the OK of a ping, is none. But errors were text before API 1.24.
  const isSafe = body === 'maybe json' && head.status < 400;
  const reason = redactText(head.reason);
  const isSame = headers === head.headers && reason === head.reason;
  return { head: isSame ? head : { ...head, headers, reason }, body: isSafe ? 'pass' : body };
});

function treatment(headers: readonly Header[]): Treatment {
  const type = mediaType(headers);
  if (/^application\/(?:[\w.+-]*[+-])?(?:nd|x-nd)?json(?:-seq|lines|l)?$/.test(type)) return encodedOr('json', headers);
  if (/^application\/x-www-form-urlencoded$/.test(type)) return encodedOr('form', headers);
  return BYTES.test(type) ? 'pass' : encodedOr('maybe json', headers);
}

/** Archives, and what programs read and print. Bytes of which nothing is said (octet-stream) may be anything: JSON too. */
const BYTES =
  /^application\/(?:x-(?:tar|gzip|bzip2|xz|zstd)|gzip|zip|vnd\.docker\.(?:raw|multiplexed)-stream|vnd\.docker\.image\.[\w.+-]*tar[\w.+-]*)$|^(?:image|audio|video|font)\//;

/** Compressed JSON is not read: nobody in docker's world sends it. */
function encodedOr(otherwise: Treatment, headers: readonly Header[]): Treatment {
  return /^(?:|identity)$/i.test(header(headers, 'content-encoding') ?? '') ? otherwise : 'omit';
}

const AUTHORIZATION = /(?:^|-)authorization$/i;

function redactHeaders(headers: readonly Header[]): readonly Header[] {
  let isChanged = false;
  const safe = headers.map((each): Header => {
    const [name, value] = each;
    const by = redactHeader(name, value);
    if (by === value) return each;
    isChanged = true;
    return [name, by];
  });
  return isChanged ? safe : headers;
}

function redactHeader(name: string, value: string): string {
  if (value === '') return value;
  if (!AUTHORIZATION.test(name)) return isSecretHeader(name) ? REDACTED : redactText(value);
  const scheme = /^[\w-]+(?=\s+\S)/.exec(value)?.[0];
  return scheme === undefined ? REDACTED : `${scheme} ${REDACTED}`;
}

/** A path and query without secrets: the values of `buildargs`, passwords in URLs, what looks like a secret. The query stays one. */
function redactTarget(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return redactText(target);
  return `${redactText(target.slice(0, mark))}?${redactQuery(target.slice(mark + 1))}`;
}

/** A query's parameters, or a form's. */
export const redactQuery = (query: string) => query.split('&').map(redactParameter).join('&');

function redactParameter(parameter: string): string {
  const equals = parameter.indexOf('=');
  if (equals < 0 || equals === parameter.length - 1) return parameter;
  const name = decoded(parameter.slice(0, equals)) ?? '';
  const value = decoded(parameter.slice(equals + 1));
  const safe = value === undefined ? REDACTED : redactQueryValue(name.toLowerCase(), value);
  return safe === value ? parameter : `${parameter.slice(0, equals + 1)}${encodeURIComponent(safe)}`;
}

function redactQueryValue(name: string, value: string): string {
  const isDocument = /^\s*[[{]/.test(value);
  if (name === 'buildargs') return isDocument ? inJson(value, 'all') : REDACTED;
  if (isSecretQuery(name) && !/^[01]$/.test(value) && !isNoSecret(name, value)) return REDACTED;
  return isDocument ? inJson(value, name === 'labels' ? 'map' : 'plain') : redactText(value);
}

const inJson = (value: string, rule: RedactionRule) => toUtf8(redactJson(toLatin1(value), rule));

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
