import { DbgError, usageError } from '../../../errors.ts';
import { parseSize, parseTime } from '../../../text.ts';
import type { Call } from './call.ts';

/** Whether a call is meant. `subject` is the container, or what else the call's path names. */
export type Filter = (call: Call, subject: string) => boolean;

type Value = string | number | boolean;

/**
 * The fields that a filter can ask for. Bytes and ms are numbers. What is not known yet is NaN, or
 * empty.
 */
const FIELDS: Readonly<Record<string, (call: Call, subject: string) => Value>> = {
  call: ({ number }) => number,
  conn: ({ connection }) => connection,
  method: ({ request }) => request?.method ?? '',
  path: ({ operation }) => operation.path,
  query: ({ operation }) => operation.query,
  op: ({ operation }) => operation.name,
  container: (_, subject) => subject,
  status: ({ response }) => response?.status ?? NaN,
  ms: ({ startedAt, endedAt }) => (endedAt ?? NaN) - startedAt,
  sent: ({ sent }) => sent.bytes,
  received: ({ received }) => received.bytes,
  peer: ({ peer }) => peer ?? '',
  protocol: ({ protocol }) => protocol ?? '',
  failed: ({ failure, response }) => failure !== undefined || (response?.status ?? 0) >= 400,
};

const NUMBERS = new Set(['call', 'conn', 'status', 'ms', 'sent', 'received']);

interface Token {
  readonly text: string;
  readonly at: number;
  readonly isQuoted: boolean;
}

/**
 * Reads several expressions. A call is meant when each of them is true of it. Throws as parseFilter
 * does.
 */
export function parseFilters(texts: readonly string[]): Filter {
  const filters = texts.map(parseFilter);
  return (call, subject) => filters.every((filter) => filter(call, subject));
}

/**
 * Reads an expression: FIELD OP VALUE, with and, or, not and parentheses.
 * - OP is = != < <= > or >=. For a regular expression that ignores case, OP is ~ or !~.
 * - A value that its field can never have is refused.
 * - A field alone is true when it is neither empty nor 0.
 * Throws a DbgError (usage) that tells the column.
 */
export function parseFilter(text: string): Filter {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = () => tokens[next]?.text.toLowerCase();
  const take = (...words: readonly string[]) => {
    if (tokens[next]?.isQuoted || !words.includes(peek() ?? '')) return false;
    next++;
    return true;
  };

  function either(): Filter {
    let left = both();
    while (take('or', '||')) {
      const [one, other] = [left, both()];
      left = (call, subject) => one(call, subject) || other(call, subject);
    }
    return left;
  }

  function both(): Filter {
    let left = single();
    while (take('and', '&&')) {
      const [first, second] = [left, single()];
      left = (call, subject) => first(call, subject) && second(call, subject);
    }
    return left;
  }

  function single(): Filter {
    if (take('not', '!')) {
      const inner = single();
      return (call, subject) => !inner(call, subject);
    }
    if (!take('(')) return comparison();
    const inner = either();
    if (!take(')')) throw wrong(text, tokens[next]?.at ?? text.length, 'a ")" is missing');
    return inner;
  }

  function comparison(): Filter {
    const name = tokens[next++];
    const key = name?.text.toLowerCase() ?? '';
    const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
    if (!name || !field) {
      const fields = Object.keys(FIELDS).join(', ');
      throw wrong(text, name?.at ?? text.length, `a field is expected: ${fields}`);
    }
    const operator = tokens[next];
    if (!operator || operator.isQuoted || !OPERATORS.has(operator.text))
      return (call, subject) => Boolean(field(call, subject));
    const value = tokens[++next];
    if (!value) throw wrong(text, text.length, 'a value is missing');
    next++;
    return comparing(key, field, operator.text, value.text, (isOfValue, why) =>
      wrong(text, isOfValue ? value.at : operator.at, why),
    );
  }

  const filter = either();
  const rest = tokens[next];
  if (rest) throw wrong(text, rest.at, `"${rest.text}" is not expected here`);
  return filter;
}

const OPERATORS = new Set(['=', '==', '!=', '~', '!~', '<', '<=', '>', '>=']);

function comparing(
  key: string,
  field: (call: Call, subject: string) => Value,
  operator: string,
  value: string,
  error: (isOfValue: boolean, why: string) => DbgError,
): Filter {
  if (operator.endsWith('~')) {
    const pattern = regularExpression(value, (why) => error(true, why));
    return (call, subject) => pattern.test(String(field(call, subject))) === (operator === '~');
  }
  const compare = COMPARE[operator];
  if (NUMBERS.has(key)) {
    const number = parseSize(value) ?? parseTime(value);
    if (number === undefined) throw error(true, `"${value}" is no number, size (10kB) or time (1.5s)`);
    if (compare) return (call, subject) => compare(Number(field(call, subject)), number);
    return (call, subject) => (field(call, subject) === number) === (operator !== '!=');
  }
  if (compare) throw error(false, `${key} is not a number, so ${operator} cannot compare it`);
  if (key === 'failed' && !/^(?:true|false)$/.test(value)) throw error(true, `"${value}" is neither true nor false`);
  return (call, subject) => (String(field(call, subject)) === value) === (operator !== '!=');
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function regularExpression(source: string, error: (why: string) => DbgError): RegExp {
  try {
    return new RegExp(source, 'i');
  } catch {
    throw error(`"${source}" is no regular expression`);
  }
}

/**
 * Splits an expression into words, quoted words, operators and parentheses. A word after an
 * operator goes on to the next blank, quote, && or ||, or to a parenthesis that the word did not
 * open.
 */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:(["'])(.*?)\1|(&&|\|\||[!<>=]=|!~|[=~<>!()])|([^\s()=~<>!&|]+))/gsy;
  for (let at = 0; at < text.trimEnd().length;) {
    const isValue = OPERATORS.has(tokens.at(-1)?.text ?? '') && !tokens.at(-1)!.isQuoted;
    const rest = text.slice(at);
    const word = isValue ? /^\s*((?:\([^\s()]*\)|(?!&&|\|\|)[^\s"'()])+)/.exec(rest) : null;
    if (word) {
      tokens.push({ text: word[1]!, at: at + word[0].length - word[1]!.length, isQuoted: true });
      at += word[0].length;
      continue;
    }
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) throw wrong(text, text.length - rest.trimStart().length, `${rest.trim()[0]} is not expected here`);
    const [all, quote, quoted] = found;
    tokens.push({
      text: quoted ?? all.trim(),
      at: at + all.length - all.trimStart().length,
      isQuoted: quote !== undefined,
    });
    at = pattern.lastIndex;
  }
  return tokens;
}

function wrong(text: string, at: number, why: string): DbgError {
  return usageError(`the filter is not understood at column ${at + 1}: ${why}`, [
    { what: 'for example', command: `--filter 'status>=400 and path~exec'` },
  ]);
}
