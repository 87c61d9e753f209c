import { isSecretFlag, isSecretValue, REDACTED, redactLoosely, redactText, redactVariable } from './text.ts';

/**
 * How the strings below a place in a document are judged: `all`: each is secret; `env`: NAME=VALUE, or objects with Name and Value; `map`: a
 * key is a name that somebody chose; `login`: all but who and where; `data`: plain, but what stands under "Data" is secret.
 */
export type Rule = 'plain' | 'all' | 'env' | 'map' | 'login' | 'data';

/** Keys whose value is secret wherever they stand: of AuthConfig, swarm and its CA (Engine API 1.51). In small letters. */
const SECRET_KEYS = new Set(
  'password passwd identitytoken registrytoken auth jointoken jointokens unlockkey signingcakey buildargs accesstoken refreshtoken token'.split(
    ' ',
  ),
);
const isSecretKey = (key: string) => SECRET_KEYS.has(key) || key.startsWith('x-registry-');
/** Maps whose keys are up to a person: labels, options of drivers, an event's attributes, LogConfig.Config. */
const MAPS = new Set('labels attributes options opts driveropts config annotations containerlabels'.split(' '));

interface Frame {
  readonly isArray: boolean;
  readonly rule: Rule;
  /** of an object: the key whose value comes, in small letters; undefined: a key comes */
  key: string | undefined;
  /** of an array: the string before; of an object: what its "Name" says */
  before: string;
}

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  34, 92, 44, 58, 91, 93, 123, 125,
];

/**
 * Redacts JSON: one document, several, or a part of one. Only strings that hold a secret change, all else stays byte for byte; the
 * same string comes back where there is none. `text` is latin1 of the bytes, so that any bytes survive. It reads through the text once
 * and keeps a stack of its own: no depth, no lack of an end and no error in it makes it fail.
 */
export function redactJson(text: string, rule: Rule = 'plain'): string {
  const frames: Frame[] = [];
  let result = '';
  let done = 0;
  let isBroken = false;
  const replace = (from: number, to: number, by: string) => {
    result += text.slice(done, from) + by;
    done = to;
  };

  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const frame = frames.at(-1);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (frame && !frame.isArray && frame.key === undefined) {
        const key = unquoted(text.slice(at, end));
        frame.key = key.toLowerCase();
        // docker ps --filter label=token=x sends {"label":{"token=x":true}}. A name of letters alone holds no secret.
        const safe = /[^A-Za-z]/.test(key) ? redactText(key) : key;
        // Cut off, a string loses its quote here as well: it has none.
        if (safe !== key) replace(at, Math.min(end, text.length), quoted(safe));
      } else if (end > text.length) {
        // Cut off: half of a secret looks like none.
        replace(at + 1, text.length, REDACTED);
      } else {
        const value = unquoted(text.slice(at, end));
        const safe = redactString(value, frame, rule);
        if (safe !== value) replace(at, end, quoted(safe));
        if (frame && (frame.isArray || frame.key === 'name')) frame.before = value;
      }
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      frames.push({ isArray: code === OPEN_LIST, rule: ruleBelow(frame, rule), key: undefined, before: '' });
      at++;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      frames.pop();
      at++;
    } else if (code === COMMA) {
      if (frame && !frame.isArray) frame.key = undefined;
      at++;
    } else if (code === COLON || code <= 32) {
      at++;
    } else {
      const end = wordEnd(text, at);
      const word = text.slice(at, end);
      if (/^-?\d[\d.eE+-]*$/.test(word)) {
        if (frame?.key !== undefined && isSecretKey(frame.key)) replace(at, end, quoted(REDACTED));
      } else if (word !== 'true' && word !== 'false' && word !== 'null') {
        isBroken = true;
      }
      at = end;
    }
  }
  result += text.slice(done);
  return isBroken ? redactLoosely(result) : result;
}

function redactString(value: string, frame: Frame | undefined, top: Rule): string {
  if (value === '') return value;
  const { key, rule, isArray, before } = frame ?? { key: undefined, rule: top, isArray: true, before: '' };
  if (rule === 'all') return REDACTED;
  if (key !== undefined) {
    if (isSecretKey(key) || (rule === 'data' && key === 'data')) return REDACTED;
    if (rule === 'login') return key === 'username' || key === 'serveraddress' ? redactText(value) : REDACTED;
    if (rule === 'map' && isSecretValue(key, value)) return REDACTED;
    if (rule === 'env' && key === 'value' && isSecretValue(before, value)) return REDACTED;
    return anyText(value);
  }
  if (rule === 'env') return redactVariable(value, anyText);
  return isArray && isSecretFlag(before) ? REDACTED : anyText(value);
}

/** Text that may be JSON itself, as a label's or a variable's. */
function anyText(value: string): string {
  const isJson = /^\s*[[{]/.test(value) && /[\]}]/.test(value.trimEnd().at(-1)!) && value.includes('"');
  return isJson ? redactJson(value) : redactText(value);
}

function ruleBelow(frame: Frame | undefined, top: Rule): Rule {
  if (!frame) return top;
  const { key, rule } = frame;
  if (rule === 'all' || key === undefined) return rule === 'map' ? 'plain' : rule;
  if (isSecretKey(key) || rule === 'login' || (rule === 'data' && key === 'data')) return 'all';
  if (key === 'env') return 'env';
  if (MAPS.has(key)) return 'map';
  return rule === 'data' ? 'data' : 'plain';
}

/** Behind the closing quote; beyond the text's end when there is none. */
function stringEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length + 1;
}

const WORD = /[^\s"{}[\],:]+/y;

function wordEnd(text: string, from: number): number {
  WORD.lastIndex = from;
  return from + (WORD.exec(text)?.[0].length ?? 1);
}

/** A JSON string's text, bytes as latin1; what is no JSON stays as it is. */
function unquoted(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return toLatin1(JSON.parse(toUtf8(raw)) as string);
  } catch {
    return raw.slice(1, -1);
  }
}

const quoted = (text: string) => toLatin1(JSON.stringify(toUtf8(text)));

/** Text as its UTF-8 bytes, one character each. */
export const toLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
export const toUtf8 = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');
