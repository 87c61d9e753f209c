import { operationOf } from '../calls/operation.ts';
import { header, mediaType, perObject, type Header, type RequestHead, type ResponseHead } from '../http/http-head.ts';
import { redactJson } from './redact-json.ts';
import type { RedactionRule } from './redaction-rule.ts';
import { toLatin1, toUtf8 } from './json-text.ts';
import { isNoSecret, isSecretHeader, REDACTED } from './secret-names.ts';
import { isSecretQuery, redactText } from './redact-text.ts';

/**
 * How a body is treated:
 * - `json`: as JSON
 * - `maybe json`: as JSON or text: nobody said what it is
 * - `form`: like a query
 * - `pass`: it is left as it is
 * - `omit`: it is left out, because it cannot be looked into
 * - `secret`: all of it is a secret
 */
export type Treatment = 'json' | 'maybe json' | 'form' | 'pass' | 'omit' | 'secret';

export interface SafeRequest {
  /** the same object that came, where there was nothing to redact */
  readonly head: RequestHead;
  readonly body: Treatment;
  readonly sent: RedactionRule;
  readonly received: RedactionRule;
  /**
   * Nothing of the request need be known later: it has no body, and its answer holds no secrets but
   * those that any answer may hold.
   */
  readonly isHarmless: boolean;
  /** its stream carries secrets: BuildKit's has registry logins and the secrets of a build */
  readonly isSecretStream: boolean;
}

export interface SafeResponse {
  readonly head: ResponseHead;
  readonly body: Treatment;
}

/**
 * Redacts a request's head, and tells how its bodies are treated. The same head gives the same
 * answer: clients that poll send it again and again.
 */
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

/** How the strings of a request's JSON are judged. It depends on the operation. */
export function sentRule(operation: string): RedactionRule {
  if (operation === 'SystemAuth') return 'login';
  return operation === 'PluginSet' ? 'env' : bodyRule(operation);
}

/** A request's head without secrets; the same object when it has none. */
export const redactHead = (head: RequestHead): RequestHead => safeRequest(head).head;

/** A request with neither header has no body (RFC 9112, section 6.3). */
const hasBody = ({ headers }: RequestHead) =>
  header(headers, 'content-length') !== undefined || header(headers, 'transfer-encoding') !== undefined;

/** Redacts an answer's head, and tells how its body is treated, as safeRequest does. */
export const safeResponse = perObject((head: ResponseHead): SafeResponse => {
  const headers = redactHeaders(head.headers);
  const body = treatment(head.headers);
  // An answer of another type, as the OK of a ping, is no JSON: the engine says of its JSON what it
  // is. Errors are looked into all the same, as they were text before API 1.24.
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

/**
 * Types of archives, and of what programs read and print. octet-stream is none of them: it says
 * nothing of the bytes, and they may be JSON too.
 */
const BYTES =
  /^application\/(?:x-(?:tar|gzip|bzip2|xz|zstd)|gzip|zip|vnd\.docker\.(?:raw|multiplexed)-stream|vnd\.docker\.image\.[\w.+-]*tar[\w.+-]*)$|^(?:image|audio|video|font)\//;

/**
 * Gives `otherwise`, or `omit` for a compressed body. Compressed JSON is not read, because nobody
 * in docker's world sends it.
 */
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

/**
 * Redacts a path and its query: the values of `buildargs`, passwords in URLs, and what looks like a
 * secret. The query stays a query.
 */
function redactTarget(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return redactText(target);
  return `${redactText(target.slice(0, mark))}?${redactQuery(target.slice(mark + 1))}`;
}

/** Redacts the parameters of a query or of a form. */
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
