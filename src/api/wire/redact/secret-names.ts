import { literalsOf } from './references.ts';

/**
 * The text that stands in place of every secret. It is always the same, so that a redacted request
 * equals another one that was redacted.
 */
export const REDACTED = '[redacted]';

/**
 * Words that make a name a secret's: of a variable, an option or a label. Each counts where it
 * stands alone between "_", "-", "." and capitals.
 */
const SURE = new Set(
  'pass pw pwd psk apikey accesskey secretkey privatekey basicauth jwt bearer cred creds dsn pat mnemonic'.split(' '),
);
/**
 * More words that make a name a secret's. They say little in the middle of a long name:
 * traefik.http.routers.auth.rule.
 */
const LIKELY = new Set('key keys auth authorization private cookie cookies session salt sas'.split(' '));
/**
 * Endings of a word that make a name a secret's, whatever stands before: PGPASSWORD, AUTHTOKEN,
 * DBPASS, STOREPASS.
 */
const ENDINGS =
  /(?:password|passwd|passphrase|passcode|secret|token|credential|apikey)s?$|(?:db|user|root|admin|sql|smtp|mail|ftp|my|store|key|require|ssh|bind|proxy)pass$|masterauth$/;
/** Endings of a name, in one word or several, that say what a key is for: such a key is secret. */
const KEYS =
  /(?:api|access|private|priv|secret|account|storage|shared|preshared|pre_shared|encryption|encrypt|signing|master|session|auth|client|consumer|deploy|license|hmac)[_.-]?key$/i;

/**
 * The words of a name, in lower case: "apiKey", "API_KEY" and "api-key" are api, key. A number at a
 * word's end is left out: PASSWORD2 is another password.
 */
const wordsOf = (name: string) =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/(?<!\d)\d+$/, ''));

/** The working directory, as a shell exports it: "PWD" is no password here. */
const HARMLESS = 'PWD';

/** Names of keys that are public on purpose. */
const PUBLIC = /public|(?:^|[_.-])pub(?:key)?(?:$|[_.-])/i;

/** Remembers what `judge` said of a name: there are few names, and they come again and again. */
function remembered(judge: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const is = judge(name);
    if (name.length > 64) return is;
    if (known.size >= 2048) known.clear();
    known.set(name, is);
    return is;
  };
}

/** Whether a variable of this name holds a secret: API_KEY does, MONKEY and KEYBOARD do not. */
const isSecretName = remembered((name) => {
  if (name === HARMLESS) return false;
  const words = wordsOf(name);
  if (words.some((word) => SURE.has(word) || ENDINGS.test(word))) return true;
  const segments = name.split('.');
  const last = segments.length < 4 ? words : wordsOf(segments.at(-1)!);
  return !PUBLIC.test(name) && (last.some((word) => LIKELY.has(word)) || KEYS.test(name));
});

/**
 * Whether a name is a secret's where it may stand anywhere in a text. There, "key=" and "session="
 * say little.
 */
export const isSecretOption = remembered(
  (name) =>
    (name !== HARMLESS && wordsOf(name).some((word) => /^(?:pass|pwd|psk)$/.test(word) || ENDINGS.test(word))) ||
    KEYS.test(name),
);

/**
 * Whether a key of JSON is a secret's. Its last word decides, because the API has SecretName,
 * SecretID and CredentialSpec.
 */
export const isSecretField = remembered((name) => {
  const last = wordsOf(name).at(-1)!;
  return (
    /^(?:pass|pwd|psk)$/.test(last) ||
    /(?:password|passwd|passphrase|secret|token|credential|apikey)s?$/.test(last) ||
    KEYS.test(name)
  );
});

/** A value that is empty, or answers a yes-or-no question: ALLOW_EMPTY_PASSWORD=yes. */
const SAYS_NOTHING = /^(?:|true|false|yes|no|on|off|null|none)$/i;

/**
 * Endings of names that tell something about a secret, and the values that fit each:
 * TOKEN_TTL=3600, AUTH_URL=https://…
 */
const ABOUT: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/(?:file|path|dir|directory|folder|sock|socket|store|cert|id)s?$/i, /^(?:\/|\.{1,2}\/|~\/)[^\s:@?=]*$/],
  [
    /(?:ur[il]|host|server|endpoint|address|issuer|domain|realm|audience)s?$/i,
    /^(?:\w+:\/\/)?[\w.[\]-]+(?::\d+)?(?:\/[\w./~-]*)?$/,
  ],
  [
    /(?:ttl|time|timeout|lifetime|expiry|expires|expiration|age|interval|duration|length|len|size|min|max|count|limit|bits|rounds|cost|version|port|days|hours|minutes|seconds|tokens|second)$/i,
    /^\d{1,7}(?:\.\d+)?(?:[a-z]{1,2}|)$/i,
  ],
  [/(?:^|[_.-])fd$/i, /^\d{1,3}$/],
  [
    /(?:type|method|mode|driver|backend|provider|algorithm|alg|scheme|format|policy|strategy)s?$/i,
    /^[a-z][a-z\d_-]{0,23}$/i,
  ],
];

/**
 * A path of the kind where secrets are kept. TLS_KEY=/etc/ssl/private/key.pem only says where one
 * is.
 */
const PLACE =
  /^\/(?:app|certs?|config|data|dev|etc|home|mnt|opt|root|run|secrets?|srv|tmp|usr|var|vault)(?:\/[\w.-]+)+$/;

/**
 * Whether a value is no secret though its name is a secret's: it is empty, a place, or a number of
 * seconds. ${FILE:-/run/secrets/db} is none either: its default decides.
 */
export function isNoSecret(name: string, value: string): boolean {
  const literals = literalTexts(value);
  return literals.length > 0 ? literals.every((text) => saysNoSecret(name, text)) : saysNoSecret(name, value);
}

function saysNoSecret(name: string, value: string): boolean {
  if (SAYS_NOTHING.test(value) || PLACE.test(value)) return true;
  return ABOUT.some(([ending, fits]) => ending.test(name) && fits.test(value));
}

/** What stands in the references to variables that a value consists of: TEXT of ${NAME:-TEXT}. */
const literalTexts = (value: string) =>
  value.startsWith('${') ? (literalsOf(value) ?? []).map(({ from, to }) => value.slice(from, to)) : [];

/**
 * Whether the value of a variable is secret, by its name and its looks.
 * POSTGRES_PASSWORD_FILE=/run/secrets/db is not: it only says where a secret is.
 */
export function isSecretValue(name: string, value: string): boolean {
  if (isOpaque(value) && !(PUBLIC.test(name) && !/private|secret/i.test(name))) return true;
  // This is the fingerprint of a key, not the key.
  if (/gpg|pgp|fingerprint/i.test(name) && /^[\dA-F\s]{40,}$/i.test(value)) return false;
  return isSecretName(name) && !isNoSecret(name, value);
}

/**
 * Lengths of hexadecimal numbers that are ids and digests: SHA-1 and commits (40), SHA-256 and
 * containers (64), SHA-384 (96), SHA-512 (128).
 */
const DIGESTS = new Set([40, 64, 96, 128]);

/**
 * Whether a value, or the default of a variable in it, looks random: 32 or more letters and digits
 * that are no digest, no path and no long name.
 */
export const isOpaque = (value: string) => isRandom(value) || literalTexts(value).some(isRandom);

function isRandom(value: string): boolean {
  if (value.length < 32 || value.length > 4096 || value.startsWith('/') || !/^[\w+/-]+={0,2}$/.test(value))
    return false;
  if (/^(?:[\da-f]+|[\dA-F]+)$/.test(value))
    return /\d/.test(value) && /[a-f]/i.test(value) && !DIGESTS.has(value.length);
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value)) return false;
  // Counts how often the kind of character changes: small letter, capital or digit. In random text
  // it changes at two places in three; in MyLongServiceName, at two in five.
  const kinds = value.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
  let turns = 0;
  for (let at = 1; at < kinds.length; at++) if (kinds[at] !== kinds[at - 1]) turns++;
  return turns / (kinds.length - 1) > 0.45;
}

/**
 * Redacts "NAME=VALUE" as in Env. `otherwise` redacts a value whose name says nothing, and a text
 * without "=".
 */
export function redactVariable(text: string, otherwise: (value: string) => string): string {
  const equals = text.indexOf('=');
  if (equals < 0) return otherwise(text);
  const [name, value] = [text.slice(0, equals), text.slice(equals + 1)];
  return `${name}=${isSecretValue(name, value) ? REDACTED : otherwise(value)}`;
}

/**
 * Options that name a secret and have no value: they say where it comes from, or that there is
 * none.
 */
const NO_VALUE = /^--?(?:no|ask|skip)-|-(?:stdin|prompt)$|^--with-token$/;
export const hasNoValue = (option: string) => NO_VALUE.test(option);

/** Whether an argument is an option that makes the next argument a secret. */
export const isSecretFlag = (text: string) =>
  /^--?[A-Za-z][\w.-]{0,99}$/.test(text) && !hasNoValue(text) && isSecretOption(text);

/** Whether a value only says where a secret is, as docker build --secret is told. */
export const isSource = (value: string) =>
  /^(?:id|source|src|type|env)=[\w./-]*(?:,\w{1,16}=[\w./-]*){0,5}$/.test(value);

/**
 * Whether the whole value of a header is secret. Authorization is not one: its value begins with a
 * scheme, which stays (redact-head.ts, redact-text.ts).
 */
export const isSecretHeader = (name: string) =>
  /^(?:(?:set-)?cookie2?|x-registry-.*)$|session|password|passwd|token|secret|apikey|(?:^|-)(?:jwt|credential|signature)s?(?:$|-)/i.test(
    name,
  ) ||
  isSecretOption(name) ||
  /(?:^|-)auth(?:entication)?(?:-key)?$/i.test(name);
