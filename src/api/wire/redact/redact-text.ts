import { redactCommands } from './redact-command.ts';
import { hasNoValue, isNoSecret, isSecretOption, isSecretValue, isSource, REDACTED } from './secret-names.ts';
import { literalsOf, referenceEnd } from './references.ts';
import { redactTokens } from './redact-tokens.ts';

// No pattern of this file looks at a character more than a few times, whatever the text: texts come
// from outside, and may be long.

/**
 * Redacts a text. A secret is told by its looks, or by what stands before it: passwords in URLs,
 * keys, tokens, `--password VALUE`, `TOKEN=VALUE`, `curl -u NAME:VALUE`.
 */
export function redactText(text: string): string {
  if (text.length < 6 || ID.test(text)) return text;
  // Tokens come first: the lines of a private key look like words of a command.
  let result = redactCommands(text.length >= 16 ? redactTokens(text) : text);
  if (result.includes('@')) result = redactAddresses(result);
  if (result.includes('=') && /[?&]/.test(result)) result = result.replace(PARAMETER, redactParameter);
  if (NAMES.test(result)) {
    if (/[\s:=]/.test(result)) result = redactHeaders(result);
    if (/[\s"'`<]/.test(result)) result = redactFields(result);
  }
  return result.includes('=') || FLAG.test(result) ? redactOptions(result) : result;
}

/** An id or a digest: most of what the engine says is one. */
const ID = /^(?:sha256:)?[\da-f]{12,64}$/;
/** A text without one of these words names a secret only by an equals sign or a dash. */
const NAMES = /auth|bearer|cookie|cred|env[ \t]|identified|key|login|pass|psk|pwd|secret|token/i;
const FLAG = /(?<![\w.-])--?[A-Za-z]/;

/**
 * Redacts the password of user:password@: with a scheme in front, or without one as in a proxy's
 * address and as Go's MySQL has it. Redacts a token that stands in place of user and password too.
 */
function redactAddresses(text: string): string {
  let result = text;
  if (result.includes('//')) {
    result = result
      .replace(/((?<![\w./])\/\/[^\s/?#@:"']*:)[^\s/?#"']+@(?!sha\d+:)/g, `$1${REDACTED}@`)
      .replace(URL_PASSWORD, `$1${REDACTED}@`)
      .replace(/((?<![\w./])\/\/)[^\s/?#@:"'[\]]{20,}@/g, `$1${REDACTED}@`);
  }
  return result.replace(BARE_PASSWORD, `$1${REDACTED}$2`);
}

/**
 * The password of a URL. It may hold a slash that nobody has encoded, but then it must not begin
 * like a port. An @ before sha… is no password's: an image's digest stands behind it.
 */
const URL_PASSWORD = /((?<![\w./])\/\/[^\s/?#@:"'[\]]{0,256}:)(?!\d{1,5}(?:[/?#]|$))[^\s"']{1,256}@(?!sha\d+:)/g;
const BARE_PASSWORD =
  /((?:^|[\s=,;"'])[\w.+-]{1,64}:)[^\s:@/"',;]{3,256}(@(?:(?:tcp|unix)\(|(?!sha\d)[\w.-]{1,128}:\d{2,5}(?!\w)))/g;

/**
 * Redacts headers in a text. Their value goes on to the end of the line or of its quotes. A
 * scheme's name stays.
 */
function redactHeaders(text: string): string {
  return text
    .replace(AUTHORIZATION, `$1${REDACTED}`)
    .replace(/(authorization["']?\s{0,9}=\s{0,9}(?:(?:bearer|basic|token)\s{1,9})?)[^\s"'&;,]+/gi, `$1${REDACTED}`)
    .replace(/((?:^|[\s"'])(?:set-)?cookie2?:[ \t]{0,9})[^\r\n"'`]+/gi, `$1${REDACTED}`)
    .replace(/(?<!\w)(bearer\s{1,9})(?=[\w+/=.~-]*\d)[\w+/=.~-]{8,}/gi, `$1${REDACTED}`)
    .replace(/(?<!\w)(bearer\s{1,9})[\w+/=.~-]{20,}/gi, `$1${REDACTED}`);
}

const AUTHORIZATION =
  /(authorization\\{0,9}["']?\s{0,9}:\s{0,9}\\{0,9}["']?\s{0,9}(?:(?:basic|bearer|digest|token|api-?key|negotiate|ntlm|aws4-[\w-]{1,20}|aws|oauth|hawk|dpop|splunk|geniekey|sharedkey(?:lite)?|sharedaccesssignature)(?:[ \t]{1,9}|\\{1,9} ))?)[^\r\n"'`]+/gi;

/** ENV in a Dockerfile, in its older form without "=". */
const ENV_LINE = /(\bENV[ \t]{1,9}([A-Za-z_]\w{0,99})[ \t]{1,9})([^=\s][^\r\n]*)/gi;

/** A parameter in the query of an address, as a signature or a token. */
const PARAMETER = /([?&]([\w.-]{1,64})=)([^\s&"'`<>\\)]+)/g;

function redactParameter(whole: string, before: string, name: string, value: string): string {
  if (isNoSecret(name, value)) return whole;
  const isSecret = isSecretQuery(name) || (/^(?:key|code|auth|session|sid|state)$/i.test(name) && isMixed(value));
  return isSecret ? before + REDACTED : whole;
}

/** Whether a parameter of a query holds a secret, by its name. */
export const isSecretQuery = (name: string) =>
  isSecretOption(name) ||
  /^(?:sig|signature|x-(?:amz|goog)-(?:signature|credential|security-token)|jwt|apikey)$/i.test(name);

/** Whether a value has letters and digits, and more of them than a word has. */
const isMixed = (value: string) => value.length >= 16 && /\d/.test(value) && /[A-Za-z]/.test(value);

/**
 * Redacts what stands behind a secret's name in programs, SQL and files, where more than an "=" is
 * between name and value.
 */
function redactFields(text: string): string {
  return text
    .replace(QUOTED, (whole, before: string, name: string, quote: string, value: string) =>
      isSecretKey(name) && !isNoSecret(name, value) ? `${before}${REDACTED}${quote}` : whole,
    )
    .replace(LINE, (whole, before: string, name: string, value: string) =>
      isSecretOption(name) && !isNoSecret(name, value) && !/^(?:["'[{|>&*]|\$\()/.test(value)
        ? before + redactUnlessElsewhere(value)
        : whole,
    )
    .replace(ELEMENT, (whole, before: string, name: string, value: string) =>
      isSecretOption(name) && !isNoSecret(name, value) ? before + REDACTED : whole,
    )
    .replace(ENV_LINE, (line, before: string, name: string, value: string) =>
      isSecretValue(name, value) ? before + REDACTED : line,
    )
    .replace(SQL, (_whole, before: string, quote: string) => `${before}${REDACTED}${quote}`)
    .replace(/(\blogin\s{1,9}\S{1,256}\s{1,9}password\s{1,9})[^\s"'`]+/gi, `$1${REDACTED}`)
    .replace(
      /((?<![\w.-])[\w.*-]{1,128}:(?:\d{2,5}|\*):[\w*.-]{1,64}:[\w*.-]{1,64}:)[^\s:"'`]{3,}?(?=["'`]?\s{0,9}>{1,2}\s{0,9}[^\s>]{0,256}pgpass)/gi,
      `$1${REDACTED}`,
    );
}

const isSecretKey = (name: string) => isSecretOption(name) || /^_?auth$/i.test(name);

/** "password": "…", pwd: '…', with any number of backslashes before the quotes. */
const QUOTED =
  /((?<![\w.-])(?:\\{0,9}["'])?([A-Za-z_][\w.-]{0,63})(?:\\{0,9}["'])?\s{0,9}(?::|=>)\s{0,9}(\\{0,9}["'`]))((?:(?!\3)[^\r\n])*)\3/g;
/** password: … at the beginning of a line or of what stands in quotes, and password = … */
const LINE =
  /((?:^|[\r\n"'`]|\\n)[ \t]{0,32}-?[ \t]{0,9}([A-Za-z_][\w.-]{0,63})(?:[ \t]{0,9}:[ \t]{1,9}|[ \t]{1,9}:?=[ \t]{0,9}))((?:[^\s"'`\\]|\\(?!n))+)/g;
/** <password>…</password> */
const ELEMENT = /(<([A-Za-z_][\w.:-]{0,63})>)([^<\r\n]+)(?=<\/)/g;
/** PASSWORD '…', IDENTIFIED WITH … BY '…' */
const SQL =
  /((?:\bidentified\s{1,9}(?:with\s{1,9}\S{1,64}\s{1,9})?(?:by|as)(?:\s{1,9}password)?\s{0,9}|(?<![\w-])password(?:\s{1,9}|\s{0,9}=\s{0,9}|\s{0,9}\(\s{0,9}))(\\{0,9}'|'\\\\?''|\\{0,9}"))(?:(?!\2)[^\r\n])+\2/gi;

/**
 * A name, and what stands between it and its value. Behind a name with a dash, a blank is enough.
 */
const NAME = /(?<![\w.-])(-{0,2}[A-Za-z_][\w.-]{0,99})(?:\s{1,3}(?:=>|:?=)\s{1,3}|=>|:?=|:(?=\S)|\s(?=[^\s-]))/g;
/** A value behind a name with dashes: it goes on to the next blank. */
const LONG_VALUE = /(\\{0,9}")[^"]*?\1|(\\{0,9}')[^']*?\2|[^\s"']+/y;
/**
 * A value behind a name without dashes: it ends at a comma too, behind which the next of several
 * names may stand.
 */
const SHORT_VALUE = /(\\{0,9}")[^"]*?\1|(\\{0,9}')[^']*?\2|[^\s"',;&|]+/y;

function redactOptions(text: string): string {
  let result = '';
  let done = 0;
  NAME.lastIndex = 0;
  for (let match; (match = NAME.exec(text));) {
    const name = match[1]!;
    const hasDash = name.startsWith('-');
    if (!hasDash && !match[0].includes('=')) continue;
    // A shell's variable is judged as one of Env. In the middle of a word it is no variable.
    const isVariable = /^[A-Z][A-Z\d_]*$/.test(name) && /^[\s"'`;&|(\\]?$/.test(text[match.index - 1] ?? '');
    if (!isVariable && !isSecretKey(name)) continue;
    if (hasDash && hasNoValue(name) && /\s$/.test(match[0])) continue;
    const start = NAME.lastIndex;
    if (text.startsWith('$(', start)) continue;
    const value = valueAt(text, start, hasDash ? LONG_VALUE : SHORT_VALUE);
    const bare = value.replace(/^\\{0,9}["']|\\{0,9}["']$/g, '');
    const isSecret = isVariable ? isSecretValue(name, bare) : !isNoSecret(name, bare);
    // In single quotes, $NAME is the secret itself.
    const isLiteral = bare.includes('$') && /^\\{0,9}'/.test(value);
    const safe = !isSecret ? bare : isLiteral ? REDACTED : redactUnlessElsewhere(bare);
    if (safe === bare) continue;
    result += text.slice(done, start) + (safe === REDACTED ? safe : value.replace(bare, () => safe));
    done = NAME.lastIndex = start + value.length;
  }
  return result + text.slice(done);
}

/**
 * The value at an offset, by one of the patterns above. A ${…} in front belongs to it as a whole,
 * with the blanks and quotes in it.
 */
function valueAt(text: string, start: number, pattern: RegExp): string {
  let at = start;
  for (let end; text.startsWith('${', at) && (end = referenceEnd(text, at)) > 0;) at = end;
  const behind = at === start ? pattern : BEHIND_REFERENCE;
  behind.lastIndex = at;
  return text.slice(start, at) + (behind.exec(text)?.[0] ?? '');
}

/** What goes on behind a ${…} up to what ends an unquoted value. */
const BEHIND_REFERENCE = /[^\s"',;&|]+/y;

/**
 * Redacts a secret value. Where the value only says where the secret is, as it names variables or
 * is what docker build --secret is told, it stays but for the defaults of these variables.
 */
function redactUnlessElsewhere(value: string): string {
  if (isSource(value)) return value;
  const literals = literalsOf(value);
  if (!literals) return REDACTED;
  let result = '';
  let done = 0;
  for (const { from, to } of literals) {
    result += value.slice(done, from) + REDACTED;
    done = to;
  }
  return result + value.slice(done);
}

/**
 * Redacts the password behind a user and a %, as cifs and smbclient have it, among other options.
 */
export const redactPairs = (text: string) =>
  text.includes('%') ? text.replace(/((?:^|,)user(?:name)?=[^\s,%]{1,128}%)[^\s,]+/g, `$1${REDACTED}`) : text;

/**
 * Redacts text that should be JSON and is not: there, what looks like a secret's name is enough.
 */
export function redactLoosely(text: string): string {
  return redactText(text).replace(
    /((?<![\w-])[\w-]{0,40}(?:password|passwd|secret|token|auth|key)["']?\s{0,9}[:=]\s{0,9})(?:"[^"]*"?|'[^']*'?|[^\s"',;&}\]]+)/gi,
    (whole, name: string) => (whole.slice(name.length).includes(REDACTED.slice(0, -1)) ? whole : name + REDACTED),
  );
}
