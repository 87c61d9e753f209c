import { stringEnd, wordEnd, unquoted, quoted } from './json-text.ts';
import { redactArguments } from './redact-command.ts';
import {
  ARGUMENTS,
  awaits,
  AWAITING_ARRAYS,
  DATA,
  isSecretKey,
  ruleBelow,
  type Frame,
  type RedactionRule,
  type Text,
} from './redaction-rule.ts';
import { isNoSecret, isSecretField, isSecretOption, isSecretValue, REDACTED, redactVariable } from './secret-names.ts';
import { redactLoosely, redactPairs, redactText } from './redact-text.ts';

const [QUOTE, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 44, 58, 91, 93, 123, 125];

/**
 * Redacts JSON: one document, several, or a part of one. `text` is latin1 of the bytes, so that any
 * bytes survive.
 * - Only strings and numbers that are secret change. All else stays byte for byte. Where nothing is
 *   secret, the same string comes back.
 * - The text is read once, with a stack of its own. No depth, no missing end and no error in it
 *   makes this fail.
 */
export function redactJson(text: string, rule: RedactionRule = 'plain'): string {
  const frames: Frame[] = [];
  const changes: { readonly from: number; readonly to: number; readonly by: string }[] = [];
  let isBroken = false;
  const change = ({ from, to, value }: Text, safe: string) => {
    if (safe !== value) changes.push({ from, to, by: quoted(safe) });
  };

  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const frame = frames.at(-1);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      const isCut = end > text.length;
      const string: Text = { from: at, to: Math.min(end, text.length), value: unquoted(text.slice(at, end)) };
      if (frame && !frame.isArray && frame.key === undefined) {
        frame.name = string.value;
        frame.key = string.value.toLowerCase();
        // A key that is cut off has no closing quote: `unquoted` took its last character for one.
        change(string, redactKey(string.value, frame.rule));
      } else if (isCut) {
        // A string that is cut off is redacted: half of a secret may not look like one.
        changes.push({ from: at + 1, to: text.length, by: REDACTED });
      } else {
        take(string, frame);
      }
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      const isArray = code === OPEN_LIST;
      frames.push({
        isArray,
        rule: ruleBelow(frame, rule),
        key: undefined,
        name: '',
        texts: undefined,
        held: undefined,
      });
      at++;
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      close();
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
        const isSecret = frame?.key !== undefined && isSecretNumber(frame.key, frame.name, word);
        if (isSecret) changes.push({ from: at, to: end, by: quoted(REDACTED) });
      } else if (word !== 'true' && word !== 'false' && word !== 'null') {
        isBroken = true;
      }
      at = end;
    }
  }
  while (frames.length > 0) close();
  const result = changed();
  return isBroken ? redactLoosely(result) : result;

  /**
   * Judges a string that is no key. Where another string of its object or array tells what it is,
   * it is kept until that one is known.
   */
  function take(string: Text, frame: Frame | undefined): void {
    const { value } = string;
    if (frame?.isArray && AWAITING_ARRAYS.has(frame.rule)) (frame.texts ??= []).push(string);
    else if (frame?.key !== undefined && awaits(frame.rule, frame.key)) hold(frame, frame.key, [string]);
    else change(string, redactString(value, frame, rule));
  }

  function hold(frame: Frame, key: string, texts: readonly Text[]): void {
    const held = (frame.held ??= new Map<string, Text[]>());
    // A key may come twice.
    const before = held.get(key);
    if (before) for (const each of texts) before.push(each);
    else held.set(key, [...texts]);
  }

  function close(): void {
    const frame = frames.pop();
    if (!frame) return;
    if (!frame.isArray) {
      for (const [string, safe] of judged(frame)) change(string, safe);
      return;
    }
    const above = frames.at(-1);
    if (!frame.texts) return;
    if (above?.key !== undefined && ARGUMENTS.has(above.key)) hold(above, above.key, frame.texts);
    else redactTexts(frame.texts, { isCommand: false }).forEach(([string, safe]) => change(string, safe));
  }

  function changed(): string {
    if (changes.length === 0) return text;
    let safe = '';
    let done = 0;
    for (const { from, to, by } of changes.toSorted((one, other) => one.from - other.from)) {
      safe += text.slice(done, from) + by;
      done = to;
    }
    return safe + text.slice(done);
  }
}

function redactKey(key: string, rule: RedactionRule): string {
  // `docker ps --filter label=token=x` sends {"label":{"token=x":true}}: a key may hold a secret. A
  // key of letters alone holds none.
  if (!/[^A-Za-z]/.test(key)) return key;
  return rule === 'env' && key.includes('=') ? redactVariable(key, redactText) : redactText(key);
}

/**
 * The strings of an object that were kept, each with its redacted text. Arguments are judged behind
 * their program, a value behind its name.
 */
function judged({ rule, held }: Frame): (readonly [Text, string])[] {
  if (!held) return [];
  const [name] = held.get('name') ?? held.get('key') ?? [];
  const [image] = held.get('image') ?? [];
  const head = [...(held.get('entrypoint') ?? []), ...(held.get('command') ?? []), ...(held.get('path') ?? [])];
  const tail = [...(held.get('cmd') ?? []), ...(held.get('args') ?? []), ...(held.get('arguments') ?? [])];
  // Where no program is named, the image's name is taken for it: curlimages/curl:8.
  const program = head.length === 0 && image ? imageName(image.value) : undefined;
  const plain = ['name', 'key', 'image'].flatMap((key) => held.get(key) ?? []);
  return [
    ...redactTexts([...head, ...tail], { isCommand: true, program }),
    ...redactTexts(held.get('test') ?? [], { isCommand: true }),
    ...redactTexts(held.get('shell') ?? [], { isCommand: true }),
    ...plain.map((text) => [text, anyText(text.value)] as const),
    ...(held.get('value') ?? []).map((text) => [text, redactValue(name?.value ?? '', text.value, rule)] as const),
  ];
}

/** The name of an image without its registry, its tag and its digest. */
const imageName = (image: string) => /[^:@]+/.exec(image.slice(image.lastIndexOf('/') + 1))?.[0];

function redactValue(name: string, value: string, rule: RedactionRule): string {
  const isSecret = (rule === 'env' || isSecretOption(name)) && isSecretValue(name, value);
  return isSecret ? REDACTED : anyText(value);
}

function redactTexts(
  texts: readonly Text[],
  { isCommand, program }: { isCommand: boolean; program?: string | undefined },
): (readonly [Text, string])[] {
  const safe = redactArguments(
    texts.map(({ value }) => value),
    isCommand,
    program,
  );
  return texts.map((text, index) => [text, anyText(safe[index]!)] as const);
}

/** Whether a number is secret. "tokens": 12 says how many there are. */
const isSecretNumber = (key: string, name: string, number: string) =>
  isSecretKey(key) || (isSecretField(name) && !isNoSecret(name, number));

function redactString(value: string, frame: Frame | undefined, top: RedactionRule): string {
  if (value === '') return value;
  const { key, name, rule } = frame ?? { key: undefined, name: '', rule: top };
  if (rule === 'all') return REDACTED;
  if (key !== undefined) {
    if (isSecretKey(key) || (rule === 'data' && DATA.has(key))) return REDACTED;
    const isLogin = rule === 'login' || rule === 'secret';
    if (isLogin && (key === 'username' || key === 'serveraddress')) return redactText(value);
    if (rule === 'login') return REDACTED;
    if (rule === 'secret') return isNoSecret(name, value) ? value : REDACTED;
    if (rule === 'map') return isSecretValue(name, value) ? REDACTED : redactPairs(anyText(value));
    return isSecretField(name) && isSecretValue(name, value) ? REDACTED : anyText(value);
  }
  if (rule === 'secret') return isNoSecret('', value) ? value : REDACTED;
  return rule === 'env' ? redactVariable(value, anyText) : anyText(value);
}

/** Redacts a text that may be JSON itself, as the value of a label or of a variable. */
function anyText(value: string): string {
  const [assigned] = value.includes('=') ? (/^[\w.-]{1,100}=(?=\s*[[{])/.exec(value) ?? []) : [];
  if (assigned !== undefined) return assigned + anyText(value.slice(assigned.length));
  const isJson = /^\s*[[{]/.test(value) && /[\]}]/.test(value.trimEnd().at(-1)!) && value.includes('"');
  return isJson ? redactJson(value) : redactText(value);
}
