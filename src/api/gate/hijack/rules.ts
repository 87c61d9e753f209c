import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { DbgError, errorMessage } from '../../../errors.ts';
import { parseSize, parseTime } from '../../../text.ts';
import { globMatcher } from '../../wire/calls/glob.ts';

/** One rule of the file: which calls it fits, and what is done with them. */
export interface HijackRule {
  /** the line of the file on which the rule begins */
  readonly line: number;
  readonly match: Match;
  /** how many times the rule acts; after that it fits no call */
  readonly times: number;
  /** milliseconds */
  readonly delay: number;
  readonly action: Action;
}

export interface Match {
  /** in capitals; an empty list fits any method */
  readonly methods: readonly string[];
  readonly path: ((path: string) => boolean) | undefined;
  readonly query: Readonly<Record<string, string>>;
  /** a JSON value that the request's JSON must contain */
  readonly body: unknown;
}

export type Action =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: 'patch'; readonly patch: unknown }
  /** `after`: bytes of the answer's body; undefined: the engine hears nothing of the call */
  | { readonly kind: 'drop'; readonly after: number | undefined };

type Where = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/** Reads a file of rules. Throws a DbgError that names the line, and says what is allowed there. */
export function parseRules(text: string, file: string): HijackRule[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (where: Where) => lines.linePos(rangeStart(document, where)).line;
  const wrong = (line: number, why: string) =>
    new DbgError(`${file}, line ${line}: ${why}`, {
      next: [{ what: 'what a rule looks like', command: 'dbg api hijack --help' }],
    });
  const [error] = document.errors;
  if (error) throw wrong(error.linePos?.[0].line ?? 1, error.message.split('\n')[0]!);
  const rules = valuesOf(document, (at, why) => wrong(lines.linePos(at).line, why));
  if (!Array.isArray(rules)) throw wrong(1, 'a list of rules is expected, each with "- match:"');
  return rules.map((rule: unknown, index) =>
    readRule(rule, lineOf([index]), (where, why) => wrong(lineOf([index, ...where]), why)),
  );
}

/**
 * Gives the values of a YAML document. Throws where an alias refers to nothing, to itself, or to
 * too much (a hundred aliases that make 10,000 nodes, for example).
 */
function valuesOf(document: Document, wrong: (at: number, why: string) => DbgError): unknown {
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      const why = 'is a YAML alias of nothing: put a text that begins with * in quotes';
      throw wrong(alias.range?.[0] ?? 0, `*${alias.source} ${why}`);
    },
  });
  try {
    const values: unknown = document.toJS();
    JSON.stringify(values);
    return values;
  } catch (cause) {
    throw wrong(0, `its aliases cannot be followed: ${errorMessage(cause).split('\n')[0]!}`);
  }
}

function rangeStart(document: Document, where: Where): number {
  for (let depth = where.length; depth > 0; depth--) {
    const node = document.getIn(where.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

type Wrong = (where: Where, why: string) => DbgError;

function readRule(value: unknown, line: number, wrong: Wrong): HijackRule {
  const rule = fields(value, ['match', 'times', 'delay', 'answer', 'fail', 'patch', 'drop'], [], wrong);
  const actions = ['answer', 'fail', 'patch', 'drop'].filter((name) => name in rule);
  if (actions.length > 1) throw wrong([actions[1]!], `one of ${actions.join(' and ')}, not both`);
  if (actions.length === 0 && !('delay' in rule))
    throw wrong([], 'the rule does nothing: it needs answer, fail, patch, drop or delay');
  const { times = Infinity } = rule;
  if (times !== Infinity && !(Number.isInteger(times) && (times as number) > 0))
    throw wrong(['times'], 'a number of times is expected');
  return {
    line,
    match: readMatch(rule['match'] ?? {}, wrong),
    times: times as number,
    delay: readTime(rule['delay'], wrong),
    action: readAction(actions[0], rule, wrong),
  };
}

function readMatch(value: unknown, wrong: Wrong): Match {
  const match = fields(value, ['method', 'path', 'query', 'body'], ['match'], wrong);
  const { path, query = {} } = match;
  if (path !== undefined && typeof path !== 'string') throw wrong(['match', 'path'], 'a path is expected');
  if (path !== undefined && /^\/v\d+\.\d+\//.test(path))
    throw wrong(['match', 'path'], 'leave the version out of the path: a rule fits every version');
  if (path !== undefined && !path.startsWith('/'))
    throw wrong(['match', 'path'], 'a path begins with "/", without the version');
  if (path?.includes('?')) throw wrong(['match', 'path'], 'leave the query out of the path, and put it under "query:"');
  const methods = [match['method'] ?? []].flat().map((method) => word(method).toUpperCase());
  for (const method of methods)
    if (!METHODS.includes(method)) throw wrong(['match', 'method'], `a method is expected: ${METHODS.join(', ')}`);
  const pairs = Object.entries(fields(query, undefined, ['match', 'query'], wrong));
  return {
    methods,
    path: path === undefined ? undefined : globMatcher(path),
    query: Object.fromEntries(pairs.map(([name, each]) => [name, String(each)])),
    body: match['body'],
  };
}

function readAction(name: string | undefined, rule: Fields, wrong: Wrong): Action {
  switch (name) {
    case 'answer':
      return readAnswer(rule['answer'], wrong);
    case 'fail': {
      const { status = 500, message = 'failed by dbg api hijack' } = fields(
        rule['fail'] ?? {},
        ['status', 'message'],
        ['fail'],
        wrong,
      );
      if (typeof message !== 'string') throw wrong(['fail', 'message'], 'a text is expected');
      const body = `${JSON.stringify({ message })}\n`;
      return { kind: 'answer', status: readStatus(status, body, ['fail', 'status'], wrong), headers: JSON_TYPE, body };
    }
    case 'patch':
      if (typeof rule['patch'] !== 'object' || rule['patch'] === null)
        throw wrong(['patch'], "the members to change are expected, named as in the answer's JSON");
      return { kind: 'patch', patch: rule['patch'] };
    case 'drop': {
      const { after } = fields(rule['drop'] ?? {}, ['after'], ['drop'], wrong);
      const bytes = after === undefined ? undefined : parseSize(word(after));
      if (after !== undefined && bytes === undefined) throw wrong(['drop', 'after'], 'bytes are expected: 100, 64k');
      return { kind: 'drop', after: bytes };
    }
    default:
      return { kind: 'pass' };
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const JSON_TYPE = { 'Content-Type': 'application/json' };

function readAnswer(value: unknown, wrong: Wrong): Action {
  const answer = fields(value, ['status', 'headers', 'json', 'body'], ['answer'], wrong);
  const { status = 200, json, body = '' } = answer;
  if (word(body) !== String(body)) throw wrong(['answer', 'body'], 'a text is expected; put JSON under "json:"');
  if (json !== undefined && 'body' in answer) throw wrong(['answer', 'body'], 'json or body, not both');
  const type = json === undefined ? { 'Content-Type': 'text/plain; charset=utf-8' } : JSON_TYPE;
  const headers = Object.entries(fields(answer['headers'] ?? {}, undefined, ['answer', 'headers'], wrong));
  for (const [name, each] of headers) {
    // Heads are sent as Latin-1. Of a character beyond Latin-1 only a part would be sent, and that
    // part may be a line feed.
    const isHeader = /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\xa0-\xff]*$/.test(String(each));
    if (!isHeader || /^(?:content-length|transfer-encoding|connection)$/i.test(name)) {
      throw wrong(['answer', 'headers', name], `"${name}" is no header that can be set`);
    }
  }
  const text = json === undefined ? word(body) : `${JSON.stringify(json)}\n`;
  return {
    kind: 'answer',
    status: readStatus(status, text, ['answer', 'status'], wrong),
    headers: { ...type, ...Object.fromEntries(headers.map(([name, each]) => [name, String(each)])) },
    body: text,
  };
}

function readStatus(status: unknown, body: string, where: Where, wrong: Wrong): number {
  // These answers have no body (RFC 9110, 15.3.5, 15.3.6 and 15.4.5): bytes behind the head would
  // be read as the beginning of the next answer.
  if ((status === 204 || status === 205 || status === 304) && body !== '')
    throw wrong(where, `an answer of ${status} has no body`);
  if (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599) return status as number;
  throw wrong(where, 'a status from 200 to 599 is expected');
}

function readTime(value: unknown, wrong: Wrong): number {
  if (value === undefined) return 0;
  const time = parseTime(word(value));
  if (time === undefined || time > 86_400_000) throw wrong(['delay'], 'a time is expected, at most 24h: 500ms, 2s');
  return time;
}

/** The text of a value that YAML reads as a string or a number; "" for any other value. */
const word = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** The members of an object. Throws where the value is none, or has a member not in `known`. */
function fields(value: unknown, known: readonly string[] | undefined, where: Where, wrong: Wrong): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(where, known ? `expected: ${known.join(', ')}` : 'names and values are expected');
  }
  for (const name of Object.keys(value)) {
    if (known && !known.includes(name))
      throw wrong([...where, name], `"${name}" is not known here; known: ${known.join(', ')}`);
  }
  return value as Fields;
}
