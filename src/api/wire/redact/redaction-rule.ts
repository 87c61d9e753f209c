/**
 * How the strings below a place in a document are judged:
 * - `plain`: by their keys and their looks
 * - `all`: each is secret
 * - `env`: they are NAME=VALUE, or objects with Name and Value
 * - `map`: a key is a name that somebody chose
 * - `login`: all are secret but user name and server
 * - `data`: as `plain`, but what stands under "Data" is secret
 */
export type RedactionRule = 'plain' | 'all' | 'env' | 'map' | 'login' | 'data';

/**
 * Keys whose value is secret wherever they stand: those of AuthConfig, of swarm and of its CA
 * (Engine API 1.51). In lower case.
 */
const SECRET_KEYS = new Set(
  'password passwd identitytoken registrytoken auth jointoken jointokens unlockkey signingcakey buildargs accesstoken refreshtoken token'.split(
    ' ',
  ),
);
export const isSecretKey = (key: string) => SECRET_KEYS.has(key) || key.startsWith('x-registry-');
/**
 * Keys, in lower case, of maps whose own keys a person chooses: labels, options of drivers, an
 * event's attributes, LogConfig.Config.
 */
const MAPS = new Set(
  'labels attributes options opts driveropts storageopt config annotations containerlabels'.split(' '),
);
/**
 * Keys, in lower case, of arrays of arguments: those of a container, a service, a health check, or
 * an exec that is inspected.
 */
export const ARGUMENTS = new Set('cmd entrypoint command args arguments path test shell'.split(' '));

/** A string, and where it stands in the document, its quotes included. */
export interface Text {
  readonly from: number;
  readonly to: number;
  readonly value: string;
}

/** An object or array that has not ended yet. */
export interface Frame {
  readonly isArray: boolean;
  readonly rule: RedactionRule;
  /** of an object: the key whose value comes next, in lower case; undefined: a key comes next */
  key: string | undefined;
  /** that key in its own letters */
  name: string;
  /** of an array: its strings, kept because one may tell what the next is */
  texts: Text[] | undefined;
  /**
   * of an object: the strings that are judged at its end, by their key: its arguments, and what its
   * "Name", its "Value" and its "Image" say
   */
  held: Map<string, Text[]> | undefined;
}

/** The keys, in lower case, of what a secret or a configuration holds. `SecretData` is Podman's. */
export const DATA: ReadonlySet<string> = new Set(['data', 'secretdata']);

/** The rules for arrays in which one string tells what the next is. */
export const AWAITING_ARRAYS: ReadonlySet<RedactionRule> = new Set(['plain', 'data']);
/**
 * Keys whose value is judged by what stands beside them in the object. In a map they are a person's
 * own.
 */
const AWAITED = new Set('name key value image entrypoint command path cmd args arguments test shell'.split(' '));
export const awaits = (rule: RedactionRule, key: string) =>
  rule === 'map' ? key === 'image' : rule !== 'all' && rule !== 'login' && AWAITED.has(key);

export function ruleBelow(frame: Frame | undefined, top: RedactionRule): RedactionRule {
  if (!frame) return top;
  const { key, rule } = frame;
  if (rule === 'all' || key === undefined) return rule === 'map' ? 'plain' : rule;
  if (isSecretKey(key) || rule === 'login' || (rule === 'data' && DATA.has(key))) return 'all';
  if (key === 'env' || key === 'label' || key === 'label!') return 'env';
  if (MAPS.has(key)) return 'map';
  return rule === 'data' ? 'data' : 'plain';
}
