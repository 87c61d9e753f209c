import type { PolicyRule } from './rule.ts';
import { DbgError, usageError } from '../../../errors.ts';
import { header, headerValues, type RequestHead } from '../../wire/http/http-head.ts';
import { globMatcher, globsMeet } from '../../wire/calls/glob.ts';
import { OPERATION_PATHS, OPERATIONS } from '../../wire/calls/operation.ts';
import { askedFor, doorsOf, type AskedOperation } from './asked-operation.ts';
import { isForm, mayHoldPower, powerAsked, powerIn } from './power/power.ts';
import { CHANGES_NOTHING } from './power/powers.ts';
import { isBuildKit, versionRefusal } from './versions.ts';

/**
 * Reads a rule: "METHOD PATH", or an operation's name. Throws a DbgError (usage).
 * - METHOD: one method, several with commas, or *.
 * - PATH: without the version.
 * - An allow may end in "with power".
 */
export function parseRule(effect: PolicyRule['effect'], text: string): PolicyRule {
  const [, what = '', power] = /^\s*(.*?)(\s+with\s+power)?\s*$/s.exec(text)!;
  const withPower = power !== undefined;
  if (withPower && effect === 'deny')
    throw noRule(effect, text, 'only an allow may end in "with power"; a deny denies a call with it and without it');
  const rule = OPERATIONS.has(what) ? operationRule(what) : pathRule(effect, what, text);
  if (effect === 'allow' && [...rule.operations].every((name) => HTTP2.has(name))) throw noRule(effect, text, NO_HTTP2);
  return { effect, text: withPower ? `${what} with power` : what, withPower, ...rule };
}

type Matching = Pick<PolicyRule, 'operations' | 'matches'>;

const operationRule = (name: string): Matching => ({
  operations: new Set([name]),
  matches: ({ operation }) => operation === name,
});

function pathRule(effect: PolicyRule['effect'], what: string, text: string): Matching {
  const [, words, path] = /^([A-Z]+(?:,[A-Z]+)*|\*)\s+(\/\S*)$/.exec(what) ?? [];
  if (path === undefined || /^\/v[\d.]+\/|.\/$|\?/.test(path)) throw noRule(effect, text);
  const methods = words === '*' ? METHODS : words!.split(',').map((word) => (word === 'HEAD' ? 'GET' : word));
  if (!methods.every((method) => METHODS.includes(method))) throw noRule(effect, text);
  const met = OPERATION_PATHS.filter((each) => methods.includes(each.method) && globsMeet(path, each.path));
  if (met.length === 0) throw noRule(effect, text, 'the Engine API has no operation with this method and path');
  const fits = globMatcher(path);
  return {
    operations: new Set(met.map(({ name }) => name)),
    // An image's name may hold slashes. A * in the place of the whole name stands for every name,
    // as a rule by the operation's name does.
    matches: ({ method, path: asked, anyPath }) =>
      methods.includes(method) && (fits(asked) || (anyPath !== undefined && fits(anyPath))),
  };
}

/** All methods that the engine has operations for. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];

/** BuildKit's operations, which are streams of HTTP/2. */
const HTTP2: ReadonlySet<string> = new Set(['Session', 'Grpc']);
const NO_HTTP2 = 'HTTP/2, whose calls could neither be judged nor logged; builds without it: DOCKER_BUILDKIT=0';

function noRule(
  effect: string,
  text: string,
  why = "METHOD PATH, the path without /v1.41 and query, or an operation's name",
): DbgError {
  return usageError(`"${text}" is no rule: ${why}`, [
    { what: 'such as', command: `dbg api share --for 10m --${effect} 'POST /containers/*/restart'` },
    { what: 'what a session needs', command: 'dbg api record FILE -- docker … && dbg api policy FILE' },
  ]);
}

/**
 * Reads a policy file: a rule on each line, "allow METHOD PATH" or "deny METHOD PATH". "#" begins a
 * comment. Throws a DbgError (usage).
 */
export function parsePolicy(text: string, file: string): PolicyRule[] {
  return text.split('\n').flatMap((line, at) => {
    const rule = line.replace(/(?:^|\s)#.*$/, '').trim();
    if (rule === '') return [];
    const [, effect, rest] = /^(allow|deny)\s+(.+)$/.exec(rule) ?? [];
    if (rest !== undefined) return [parseRule(effect as PolicyRule['effect'], rest)];
    throw usageError(`line ${at + 1} of ${file} is no rule: allow METHOD PATH, or deny METHOD PATH`);
  });
}

export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly readOnly: boolean;
}

/** Whether a policy has anything to judge by: without a rule, every request is let through. */
export const isRuled = ({ rules, readOnly }: Policy) => rules.length > 0 || readOnly;

/**
 * Says why a request is not let through. undefined: it is, unless bodyRefusal refuses its body.
 * - A deny wins over each allow.
 * - Where there is any allow, a request that no allow matches is denied.
 * - `readOnly` is a limit that no allow widens.
 * - Where there is any of these, an operation or a version of the API that dbg does not know is
 *   denied.
 */
export function refusal(policy: Policy, head: RequestHead): string | undefined {
  if (speaksHttp2(head)) return NO_HTTP2;
  if (!isRuled(policy)) return undefined;
  const asked = askedFor(head);
  if (asked === undefined) return 'a request that is not written as docker writes it';
  if (isForm(head)) return 'a form in the place of a query';
  const why = versionRefusal(asked.version) ?? refusalByRules(policy, asked);
  if (why !== undefined) return why;
  if (policy.readOnly && header(head.headers, 'upgrade') !== undefined) return 'read-only';
  if (asked.operation === 'ContainerRename') return renameRefusal(policy, asked);
  return isJudged(policy, asked) ? powerText(powerAsked(asked.operation, asked.query)) : undefined;
}

/**
 * Gives the judge of the body of a request that `refusal` has let through. undefined: nothing in
 * the body could matter.
 */
export function bodyRefusal(
  policy: Policy,
  head: RequestHead,
): ((body: Buffer | undefined) => string | undefined) | undefined {
  const asked = isRuled(policy) ? askedFor(head) : undefined;
  if (!asked || !mayHoldPower(asked.operation) || !isJudged(policy, asked)) return undefined;
  return (body) => powerText(powerIn(asked.operation, body));
}

const powerText = (power: string | undefined) =>
  power && `${power}: power over the host, which only a rule that ends in "with power" allows`;

function refusalByRules({ rules, readOnly }: Policy, asked: AskedOperation): string | undefined {
  const doors = doorsOf(asked);
  const isDenied = rules.some((rule) => rule.effect === 'deny' && doors.some((door) => rule.matches(door)));
  if (isDenied) return 'denied';
  // docker pings before each command, to find out which version of the API to speak.
  if (asked.operation === 'SystemPing') return undefined;
  if (HTTP2.has(asked.operation)) return NO_HTTP2;
  if (asked.operation === '') return 'not an operation that dbg knows';
  if (readOnly && !CHANGES_NOTHING.has(asked.operation)) return 'read-only';
  const allows = rules.filter(({ effect }) => effect === 'allow');
  return allows.length === 0 || allows.some((rule) => rule.matches(asked))
    ? undefined
    : 'not on the list of what is allowed';
}

/**
 * Whether a request is judged for power over the host.
 * - Without any allow, only a start is, so that it is never another create. Everything else that is
 *   not denied is let through.
 * - With allows, a request is judged unless a rule with power matches it.
 */
function isJudged({ rules }: Policy, asked: AskedOperation): boolean {
  const allows = rules.filter(({ effect }) => effect === 'allow');
  if (allows.length === 0) return asked.operation === 'ContainerStart';
  return !allows.some((rule) => rule.withPower && rule.matches(asked));
}

/**
 * Says why a container may not be renamed: the rules would let more through for its new name than
 * for its present one. undefined: it may.
 */
function renameRefusal(policy: Policy, { path, query }: AskedOperation): string | undefined {
  const before = path.split('/')[2]!;
  for (const name of new URLSearchParams(query).getAll('name')) {
    const after = name.replace(/^\//, '');
    if (!/^[A-Za-z\d][\w.-]*$/.test(after)) return 'no name of a container';
    const isMore = OPERATION_PATHS.some((each) => {
      const of = (ref: string): AskedOperation => ({
        method: each.method,
        path: each.path.replace('*', ref),
        anyPath: undefined,
        query: '',
        version: undefined,
        operation: each.name,
      });
      return each.path.startsWith('/containers/*') && strength(policy, of(after)) > strength(policy, of(before));
    });
    if (isMore) return `the rules allow more for the name ${after} than for ${before}`;
  }
  return undefined;
}

/** What the policy does with a request: 0: denies it; 1: lets it through; 2: with power too. */
const strength = (policy: Policy, asked: AskedOperation) =>
  refusalByRules(policy, asked) !== undefined ? 0 : isJudged(policy, asked) ? 1 : 2;

/**
 * Whether a request would begin HTTP/2, where one call would carry all others. Newer engines take
 * HTTP/2 in the clear. BuildKit's /session and /grpc become HTTP/2 too.
 */
function speaksHttp2(head: RequestHead): boolean {
  if (head.method === 'PRI' || header(head.headers, 'http2-settings') !== undefined || isBuildKit(head)) return true;
  return headerValues(head.headers, 'upgrade').some((protocol) => /h2/i.test(protocol));
}

/**
 * Whether a page in a browser may have sent a request. Any page can make its browser send requests
 * to this machine's loopback. Such a request has
 * - an Origin, or
 * - as its Host, a name of the page's own that leads to 127.0.0.1 (DNS rebinding).
 *
 * docker's Host is an address, or a word without a dot.
 */
export function comesFromPage({ headers }: Pick<RequestHead, 'headers'>): boolean {
  if (headers.some(([name]) => /^(?:origin|sec-fetch-.*)$/i.test(name))) return true;
  const host = (header(headers, 'host') ?? '').replace(/:\d*$/, '');
  return host.includes('.') && !/^[\d.]+$|\.localhost$/i.test(host);
}
