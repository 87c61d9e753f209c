/** What stands in a secret's place: always the same, so that two redacted calls can be compared. */
export const REDACTED = '[redacted]';

/** Words of a name that tell of a secret: DB_PASS, apiToken, X-Api-Key; not MONKEY, AUTHOR or KEYBOARD. */
const SECRET_WORDS = new Set(
  'pass passwd password passphrase pwd secret secrets token tokens key keys apikey credential credentials creds auth private cookie session dsn salt jwt bearer'.split(
    ' ',
  ),
);
/** … also within a word: MYSQLPASSWORD. */
const SECRET_PARTS = /passw|secret|token|apikey|credential/i;
/** The working directory, as a shell exports it. */
const HARMLESS = new Set(['PWD', 'OLDPWD']);

/** Whether a name, of a variable, label or option, is one that people give to secrets. */
export function isSecretName(name: string): boolean {
  if (HARMLESS.has(name)) return false;
  if (SECRET_PARTS.test(name)) return true;
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[^A-Za-z\d]+/);
  return words.some((word) => SECRET_WORDS.has(word.toLowerCase()));
}

/** JSON Web Tokens, keys of AWS, private keys in PEM, tokens of GitHub, GitLab and Slack. */
const KNOWN_SECRETS =
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)|\b(?:gh[pousr]|glpat|xox[abprs])[_-][\w-]{16,}/g;
/** user:password@ in an URL */
const URL_PASSWORD = /([a-z][a-z\d+.-]*:\/\/[^\s/?#:@]*):[^\s/?#@]+@/gi;
/** --password=…, password: … on a command line or in a line of text */
const NAMED = /(--?[\w-]*(?:password|passwd|secret|token|api-?key)[= ])[^\s-]\S*/gi;

/** A text without the secrets that can be told by their form: the text itself when there are none. */
export function redactText(text: string): string {
  if (text.length < 8) return text;
  return text.replace(URL_PASSWORD, `$1:${REDACTED}@`).replace(NAMED, `$1${REDACTED}`).replace(KNOWN_SECRETS, REDACTED);
}

/** The value of a variable or label: all of it is a secret when its name says so, or when it looks like nothing but one. */
export function redactValue(name: string, value: string): string {
  if (value === '') return value;
  return isSecretName(name) || looksRandom(value) ? REDACTED : redactText(value);
}

/** NAME=VALUE */
export function redactVariable(text: string): string {
  const equals = text.indexOf('=');
  if (equals < 0) return redactText(text);
  const name = text.slice(0, equals);
  return `${name}=${redactValue(name, text.slice(equals + 1))}`;
}

/** 32 characters or more of base64 with all three kinds; a digest or an id has small letters and digits alone. */
function looksRandom(value: string): boolean {
  return /^[\w+/=-]{32,}$/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
}
