import { DbgError, EXIT } from '../../errors.ts';
import { header, headerValues, type RequestHead } from '../http/head.ts';
import { globMatcher, globsMeet } from '../glob.ts';
import { operationOf, OPERATION_PATHS, OPERATIONS, SLASHED } from '../operation.ts';
import { CHANGES_NOTHING } from './powers.ts';

/** One line of a policy. */
export interface Rule {
  readonly effect: 'allow' | 'deny';
  /** "POST /containers/web/restart", or an operation's name */
  readonly text: string;
  /** of those that dbg knows, the operations that it is about, whole or in part */
  readonly operations: ReadonlySet<string>;
  matches(request: Asked): boolean;
}

/** What a request asks for, as the engine would read it. */
export interface Asked {
  /** HEAD is GET: it gives the same without its body */
  readonly method: string;
  /** decoded, without version and query */
  readonly path: string;
  /** the same with ANY in the place of a name that holds slashes; undefined: there is none */
  readonly anyPath: string | undefined;
  /** the operation's name, "" for none that dbg knows */
  readonly operation: string;
}

/** Reads "METHOD PATH" (METHOD: one, several with commas, or *; PATH without version) or an operation's name. Throws a DbgError (usage). */
export function parseRule(effect: Rule['effect'], text: string): Rule {
  if (OPERATIONS.has(text)) {
    return { effect, text, operations: new Set([text]), matches: ({ operation }) => operation === text };
  }
  const [, words, path] = /^([A-Z]+(?:,[A-Z]+)*|\*)\s+(\/\S*)$/.exec(text.trim()) ?? [];
  if (path === undefined || /^\/v[\d.]+\/|.\/$|\?/.test(path)) throw noRule(effect, text);
  const methods = words === '*' ? METHODS : words!.split(',').map((word) => (word === 'HEAD' ? 'GET' : word));
  if (!methods.every((method) => METHODS.includes(method))) throw noRule(effect, text);
  const met = OPERATION_PATHS.filter((each) => methods.includes(each.method) && globsMeet(path, each.path));
  if (met.length === 0) throw noRule(effect, text, 'no operation of the Engine API is there');
  const fits = globMatcher(path);
  return {
    effect,
    text: text.trim(),
    operations: new Set(met.map(({ name }) => name)),
    // A name may hold slashes (images): * in its place stands for all of them, as the operation does.
    matches: ({ method, path: asked, anyPath }) =>
      methods.includes(method) && (fits(asked) || (anyPath !== undefined && fits(anyPath))),
  };
}

/** In the place of a whole name; no path has it. */
const ANY = '\0';
/** All that an engine has operations for. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
/** docker asks for none that is longer. */
const LONGEST_PATH = 8192;

function noRule(
  effect: string,
  text: string,
  why = "METHOD PATH, the path without /v1.41 and query, or an operation's name",
): DbgError {
  return new DbgError(`"${text}" is no rule: ${why}`, {
    exitCode: EXIT.usage,
    next: [
      { what: 'such as', command: `dbg api share --for 10m --${effect} 'POST /containers/*/restart'` },
      { what: 'what a session needs', command: 'dbg api record FILE -- docker … && dbg api policy FILE' },
    ],
  });
}

/** Reads a policy file: a rule each line, "allow METHOD PATH" or "deny METHOD PATH"; "#" begins a comment. Throws a DbgError (usage). */
export function parsePolicy(text: string, file: string): Rule[] {
  return text.split('\n').flatMap((line, at) => {
    const rule = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (rule === '') return [];
    const [, effect, rest] = /^(allow|deny)\s+(.+)$/.exec(rule) ?? [];
    if (rest !== undefined) return [parseRule(effect as Rule['effect'], rest)];
    throw new DbgError(`line ${at + 1} of ${file} is no rule: allow METHOD PATH, or deny METHOD PATH`, {
      exitCode: EXIT.usage,
    });
  });
}

export interface Policy {
  readonly rules: readonly Rule[];
  readonly readOnly: boolean;
}

/**
 * Why a request is not let through; undefined: it is. A deny wins over each allow; where anything is allowed by name, what is not is
 * denied; `readOnly` is a bound that no allow widens. As soon as there is any of these, what dbg does not know as an operation is denied.
 */
export function refusal({ rules, readOnly }: Policy, head: RequestHead): string | undefined {
  if (speaksHttp2(head)) return 'HTTP/2, whose calls could neither be judged nor logged';
  if (rules.length === 0 && !readOnly) return undefined;
  const asked = askedFor(head);
  if (asked === undefined) return 'a request that is not written as docker writes it';
  const matching = rules.filter((rule) => rule.matches(asked));
  if (matching.some(({ effect }) => effect === 'deny')) return 'denied';
  // docker asks it before each command, to find the version to speak.
  if (asked.operation === 'SystemPing') return undefined;
  if (asked.operation === '') return 'not an operation that dbg knows';
  if (readOnly && !CHANGES_NOTHING.has(asked.operation)) return 'read-only';
  if (readOnly && header(head.headers, 'upgrade') !== undefined) return 'read-only';
  const isListed = rules.some(({ effect }) => effect === 'allow');
  return !isListed || matching.length > 0 ? undefined : 'not on the list of what is allowed';
}

/** Newer engines take HTTP/2 in the clear; then one call would carry all others. /session and /grpc are streams of their own. */
function speaksHttp2({ method, target, headers }: RequestHead): boolean {
  if (method === 'PRI' || header(headers, 'http2-settings') !== undefined) return true;
  const isHttp2 = headerValues(headers, 'upgrade').some((protocol) => /h2/i.test(protocol));
  return isHttp2 && !/^(?:\/v[\d.]+)?\/(?:session|grpc)(?:\?|$)/.test(target);
}

/**
 * Whether a page in a browser may have sent it. Any page can have its browser send to this machine's loopback: with an Origin, or, under a
 * name of the page's own that leads to 127.0.0.1, with that name as Host (DNS rebinding). docker sends an address, or a word without a dot.
 */
export function comesFromPage({ headers }: Pick<RequestHead, 'headers'>): boolean {
  if (headers.some(([name]) => /^(?:origin|sec-fetch-.*)$/i.test(name))) return true;
  const host = (header(headers, 'host') ?? '').replace(/:\d*$/, '');
  return host.includes('.') && !/^[\d.]+$|\.localhost$/i.test(host);
}

/**
 * The request as the engine's router sees it: it matches the decoded path, and takes any "/v" with digits and dots for a version
 * (moby, api/server: versionMatcher). undefined: it is written in a way that might be read otherwise.
 */
export function askedFor({ method, target }: Pick<RequestHead, 'method' | 'target'>): Asked | undefined {
  if (!/^[A-Z]+$/.test(method) || !target.startsWith('/')) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(/^[^?]*/.exec(target)![0]);
  } catch {
    return undefined;
  }
  // "/networks/" is the list of networks to the engine, "/info/" nothing.
  if (path.length > LONGEST_PATH || /\/\/|\/\.{1,2}(?:\/|$)|\/$|[*\\%?#\s\p{Cc}\p{Cf}]/u.test(path)) return undefined;
  path = path.replace(/^\/v[\d.]+(?=\/)/, '');
  if (/^\/v[\d.]+\//.test(path)) return undefined;
  const { name, subject } = operationOf(method, path);
  const known = { method: method === 'HEAD' ? 'GET' : method, path };
  if (!subject?.ref.includes('/')) return { ...known, anyPath: undefined, operation: name };
  // By a link, a container has a name with a slash: /containers/web/db/exec is about another one than web.
  if (!SLASHED.has(subject.kind)) return { ...known, anyPath: undefined, operation: '' };
  const from = path.indexOf('/', 1) + 1;
  const anyPath = `${path.slice(0, from)}${ANY}${path.slice(from + subject.ref.length)}`;
  return { ...known, anyPath, operation: name };
}
