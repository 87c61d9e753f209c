/** What stands for every secret: the same one always, so that a redacted request equals another redacted one. */
export const REDACTED = '[redacted]';

/** Words that make the name of a variable, an option or a label a secret's: alone between "_", "-", "." and capitals. */
const WORDS = new Set(
  'pass pw pwd key keys apikey accesskey secretkey privatekey auth authorization basicauth private cookie cookies session dsn salt jwt bearer creds'.split(
    ' ',
  ),
);
/** The same at the end of a word, whatever stands before: PGPASSWORD, AUTHTOKEN, DBPASS. */
const ENDINGS =
  /(?:password|passwd|passphrase|passcode|secret|token|credential|apikey)s?$|(?:db|user|root|admin|sql|smtp|mail|ftp|my)pass$/;

/** A name and its words: "apiKey", "API_KEY" and "api-key" are api, key. */
const wordsOf = (name: string) =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    // PASSWORD2 is another password.
    .map((word) => word.replace(/(?<!\d)\d+$/, ''));

/** The working directory, as a shell exports it. */
const HARMLESS = new Set(['PWD', 'OLDPWD']);

/** Whether a variable of this name holds a secret: API_KEY does, MONKEY and KEYBOARD do not. */
const isSecretName = (name: string) =>
  !HARMLESS.has(name) && wordsOf(name).some((word) => WORDS.has(word) || ENDINGS.test(word));

/** The same for names that may stand anywhere in a text, where "key=" and "session=" say little. */
export const isSecretOption = (name: string) =>
  (!HARMLESS.has(name) && wordsOf(name).some((word) => /^(?:pass|pwd)$/.test(word) || ENDINGS.test(word))) ||
  /(?:api|access|private)[_-]?key$/i.test(name);

/** Empty, or an answer to a yes-or-no question: ALLOW_EMPTY_PASSWORD=yes. */
const SAYS_NOTHING = /^(?:|true|false|yes|no|on|off|null)$/i;

/** Whether the value of a variable of that name is secret: POSTGRES_PASSWORD_FILE=/run/secrets/db only says where one is. */
export function isSecretValue(name: string, value: string): boolean {
  if (SAYS_NOTHING.test(value)) return false;
  if (isOpaque(value)) return true;
  return isSecretName(name) && !(/(?:file|path|dir)$/i.test(name) && value.startsWith('/'));
}

/** Lengths of hexadecimal numbers that are ids and digests: SHA-1 and commits, SHA-256 and containers, SHA-384, SHA-512. */
const DIGESTS = new Set([40, 64, 96, 128]);

/** Random letters and digits, 32 or more, that are no digest, no path and no long name. */
function isOpaque(value: string): boolean {
  if (value.length < 32 || value.length > 4096 || value.startsWith('/') || !/^[\w+/-]+={0,2}$/.test(value))
    return false;
  if (/^(?:[\da-f]+|[\dA-F]+)$/.test(value))
    return /\d/.test(value) && /[a-f]/i.test(value) && !DIGESTS.has(value.length);
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value)) return false;
  // Of two random neighbours, two in three are of another kind; in MyLongServiceName, two in five.
  const kinds = value.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
  let turns = 0;
  for (let at = 1; at < kinds.length; at++) if (kinds[at] !== kinds[at - 1]) turns++;
  return turns / (kinds.length - 1) > 0.45;
}

/** "NAME=VALUE" as in Env; `otherwise` redacts a value whose name says nothing. */
export function redactVariable(text: string, otherwise: (value: string) => string): string {
  const equals = text.indexOf('=');
  if (equals < 0) return otherwise(text);
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  return `${name}=${isSecretValue(name, value) ? REDACTED : otherwise(value)}`;
}

// None of these looks at a character more than a few times, whatever the text: it comes from outside, and may be long.
const TOKENS = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<!\w)A[KS]IA[A-Z\d]{16}(?!\w)/g,
  /(?<![\w-])(?:gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|dckr_pat_[\w-]{20,}|xox[abeoprs]-[\w-]{10,})/g,
  /(?<![\w-])SWM(?:TKN|KEY)-1-[\w+/=-]+/g,
];

/** Redacts what is a secret by its looks in any text: URLs' passwords, keys, tokens, `--password VALUE`, `TOKEN=VALUE`. */
export function redactText(text: string): string {
  if (text.length < 6) return text;
  let result = text;
  if (result.includes('://')) {
    result = result
      .replace(/(:\/\/[^\s/?#@:"']*:)[^\s/?#"']+@/g, `$1${REDACTED}@`)
      .replace(/(:\/\/)[^\s/?#@:"'[\]]{20,}@/g, `$1${REDACTED}@`);
  }
  for (const token of TOKENS) result = result.replace(token, REDACTED);
  if (/authorization|bearer/i.test(result)) {
    result = result
      .replace(/(authorization["']?\s{0,9}[:=]\s{0,9}(?:(?:bearer|basic|token)\s{1,9})?)[^\s"']+/gi, `$1${REDACTED}`)
      .replace(/(?<!\w)(bearer\s{1,9})[\w+/=.~-]{16,}/gi, `$1${REDACTED}`);
  }
  if (/\bENV[ \t]/i.test(result)) {
    result = result.replace(ENV_LINE, (line, before: string, name: string, value: string) =>
      isSecretValue(name, value) ? before + REDACTED : line,
    );
  }
  return redactOptions(result);
}

/** A Dockerfile's older form, without "=". */
const ENV_LINE = /(\bENV[ \t]{1,9}([A-Za-z_]\w{0,99})[ \t]{1,9})([^=\s][^\r\n]*)/gi;

const NAME = /(?<![\w.-])(-{0,2}[A-Za-z_][\w.-]{0,99})(?:=|\s(?=[^\s-]))/g;
/** Behind a name with dashes, a value goes on to the next blank; without, the next of many may stand behind a comma. */
const LONG_VALUE = /"[^"]*"|'[^']*'|[^\s"']+/y;
const SHORT_VALUE = /"[^"]*"|'[^']*'|[^\s"',;&|]+/y;

function redactOptions(text: string): string {
  if (!/[=-]/.test(text)) return text;
  let result = '';
  let done = 0;
  for (let match; (match = NAME.exec(text));) {
    const name = match[1]!;
    const hasDash = name.startsWith('-');
    if ((!hasDash && !match[0].endsWith('=')) || !isSecretOption(name)) continue;
    const pattern = hasDash ? LONG_VALUE : SHORT_VALUE;
    const start = (pattern.lastIndex = NAME.lastIndex);
    const value = pattern.exec(text)?.[0];
    if (value === undefined || SAYS_NOTHING.test(value)) continue;
    result += text.slice(done, start) + REDACTED;
    done = NAME.lastIndex = start + value.length;
  }
  return result + text.slice(done);
}

/** An argument whose secret is the next one. */
export const isSecretFlag = (text: string) => /^--?[A-Za-z][\w-]{0,99}$/.test(text) && isSecretOption(text);

/** For text that should be JSON and is not: what looks like a secret's name is enough. */
export function redactLoosely(text: string): string {
  return redactText(text).replace(
    /((?<![\w-])[\w-]{0,40}(?:password|passwd|secret|token|auth|key)["']?\s{0,9}[:=]\s{0,9})(?:"[^"]*"?|'[^']*'?|[^\s"',;&}\]]+)/gi,
    (whole, name: string) => (whole.slice(name.length).includes(REDACTED) ? whole : name + REDACTED),
  );
}
