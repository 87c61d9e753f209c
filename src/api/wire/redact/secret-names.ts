/** What stands for every secret: the same one always, so that a redacted request equals another redacted one. */
export const REDACTED = '[redacted]';

/** Words that make the name of a variable, an option or a label a secret's, alone between "_", "-", "." and capitals. */
const SURE = new Set(
  'pass pw pwd psk apikey accesskey secretkey privatekey basicauth jwt bearer cred creds dsn pat mnemonic'.split(' '),
);
/** The same, but that they say little in the middle of a long name: traefik.http.routers.auth.rule. */
const LIKELY = new Set('key keys auth authorization private cookie cookies session salt sas'.split(' '));
/** The same at the end of a word, whatever stands before: PGPASSWORD, AUTHTOKEN, DBPASS, STOREPASS. */
const ENDINGS =
  /(?:password|passwd|passphrase|passcode|secret|token|credential|apikey)s?$|(?:db|user|root|admin|sql|smtp|mail|ftp|my|store|key|require|ssh|bind|proxy)pass$|masterauth$/;
/** Keys of which one knows what they are for, at a name's end, in one word or several. */
const KEYS =
  /(?:api|access|private|priv|secret|account|storage|shared|preshared|pre_shared|encryption|encrypt|signing|master|session|auth|client|consumer|deploy|license|hmac)[_.-]?key$/i;

/** A name and its words: "apiKey", "API_KEY" and "api-key" are api, key. PASSWORD2 is another password. */
const wordsOf = (name: string) =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .map((word) => word.replace(/(?<!\d)\d+$/, ''));

/** The working directory, as a shell exports it. */
const HARMLESS = new Set(['PWD', 'OLDPWD']);

/** What is public on purpose. */
const PUBLIC = /public|(?:^|[_.-])pub(?:key)?(?:$|[_.-])/i;

/** A judgement of names, of which there are few, again and again. */
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
  if (HARMLESS.has(name)) return false;
  const words = wordsOf(name);
  if (words.some((word) => SURE.has(word) || ENDINGS.test(word))) return true;
  const segments = name.split('.');
  const last = segments.length < 4 ? words : wordsOf(segments.at(-1)!);
  return !PUBLIC.test(name) && (last.some((word) => LIKELY.has(word)) || KEYS.test(name));
});

/** The same for names that may stand anywhere in a text, where "key=" and "session=" say little. */
export const isSecretOption = remembered(
  (name) =>
    (!HARMLESS.has(name) && wordsOf(name).some((word) => /^(?:pass|pwd|psk)$/.test(word) || ENDINGS.test(word))) ||
    KEYS.test(name),
);

/** The same for a key of JSON: its last word decides, since the API has SecretName, SecretID and CredentialSpec. */
export const isSecretField = remembered((name) => {
  const last = wordsOf(name).at(-1)!;
  return (
    /^(?:pass|pwd|psk)$/.test(last) ||
    /(?:password|passwd|passphrase|secret|token|credential|apikey)$/.test(last) ||
    KEYS.test(name)
  );
});

/** Empty, or an answer to a yes-or-no question: ALLOW_EMPTY_PASSWORD=yes. */
const SAYS_NOTHING = /^(?:|true|false|yes|no|on|off|null|none)$/i;

/** What names end in that tell of something about a secret, and the values that fit them: TOKEN_TTL=3600, AUTH_URL=https://… */
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
  [
    /(?:type|method|mode|driver|backend|provider|algorithm|alg|scheme|format|policy|strategy)s?$/i,
    /^[a-z][a-z\d_-]{0,23}$/i,
  ],
];

/** A file of the kind that a secret is kept in: TLS_KEY=/etc/ssl/private/key.pem only says where one is. */
const PLACE =
  /^\/(?:app|certs?|config|data|dev|etc|home|mnt|opt|root|run|secrets?|srv|tmp|usr|var|vault)(?:\/[\w.-]+)+$/;

/** Whether what stands behind a secret's name is none: nothing, a place, a number of seconds. */
export function isNoSecret(name: string, value: string): boolean {
  if (SAYS_NOTHING.test(value) || PLACE.test(value)) return true;
  return ABOUT.some(([ending, fits]) => ending.test(name) && fits.test(value));
}

/** Whether the value of a variable of that name is secret: POSTGRES_PASSWORD_FILE=/run/secrets/db only says where one is. */
export function isSecretValue(name: string, value: string): boolean {
  if (SAYS_NOTHING.test(value)) return false;
  if (isOpaque(value) && !(PUBLIC.test(name) && !/private|secret/i.test(name))) return true;
  // The fingerprint of a key, not the key.
  if (/gpg|pgp|fingerprint/i.test(name) && /^[\dA-F\s]{40,}$/i.test(value)) return false;
  return isSecretName(name) && !isNoSecret(name, value);
}

/** Lengths of hexadecimal numbers that are ids and digests: SHA-1 and commits, SHA-256 and containers, SHA-384, SHA-512. */
const DIGESTS = new Set([40, 64, 96, 128]);

/** Random letters and digits, 32 or more, that are no digest, no path and no long name. */
export function isOpaque(value: string): boolean {
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

/** An argument whose secret is the next one. */
export const isSecretFlag = (text: string) => /^--?[A-Za-z][\w.-]{0,99}$/.test(text) && isSecretOption(text);

/** What docker build --secret is told: where one is. */
export const isSource = (value: string) =>
  /^(?:id|source|src|type|env)=[\w./-]*(?:,\w{1,16}=[\w./-]*){0,5}$/.test(value);

/** A header whose whole value is secret; Authorization's has a scheme, which stays (text.ts). */
export const isSecretHeader = (name: string) =>
  /^(?:(?:set-)?cookie2?|x-registry-.*)$|session|password|passwd|token|secret|apikey|(?:^|-)(?:jwt|credential|signature)s?(?:$|-)/i.test(
    name,
  ) ||
  isSecretOption(name) ||
  /(?:^|-)auth(?:entication)?(?:-key)?$/i.test(name);
