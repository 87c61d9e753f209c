import { isSecretField } from './secret-names.ts';

/**
 * How the strings below a place in a document are judged:
 * - `plain`: by their keys and their looks
 * - `all`: each is secret
 * - `secret`: as `login`, but what only says where a secret is, or of what kind, stays too
 * - `names`: as `plain`, but objects stand there by names that somebody chose
 * - `env`: they are NAME=VALUE, or objects with Name and Value
 * - `map`: a key is a name that somebody chose
 * - `login`: all are secret but user name and server
 * - `data`: as `plain`, but what stands under "Data" is secret
 */
export type RedactionRule = 'plain' | 'all' | 'secret' | 'names' | 'env' | 'map' | 'login' | 'data';

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
/** Keys, in lower case, of objects that stand there by names that a person chooses. */
const NAMES = new Set('networks endpointsconfig services'.split(' '));
/** Keys, in lower case, of lists and objects that only name secrets, as those of a service. */
const REFERENCES = new Set(['secret', 'secrets']);
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
export const AWAITING_ARRAYS: ReadonlySet<RedactionRule> = new Set(['plain', 'names', 'data']);
/**
 * Keys whose value is judged by what stands beside them in the object. In a map they are a person's
 * own.
 */
const AWAITED = new Set('name key value image entrypoint command path cmd args arguments test shell'.split(' '));
export const awaits = (rule: RedactionRule, key: string) =>
  rule === 'map' ? key === 'image' : !JUDGED_ALONE.has(rule) && AWAITED.has(key);
/** The rules by which a string is judged whatever stands beside it. */
const JUDGED_ALONE: ReadonlySet<RedactionRule> = new Set(['all', 'secret', 'login']);

export function ruleBelow(frame: Frame | undefined, top: RedactionRule): RedactionRule {
  if (!frame) return top;
  const { key, name, rule } = frame;
  if (rule === 'all' || key === undefined) return rule === 'map' || rule === 'names' ? 'plain' : rule;
  if (rule === 'names') return 'plain';
  if (isSecretKey(key) || rule === 'login' || (rule === 'data' && DATA.has(key))) return 'all';
  if (rule === 'secret' || (isSecretField(name) && !REFERENCES.has(key))) return 'secret';
  if (key === 'env' || key === 'label' || key === 'label!') return 'env';
  if (MAPS.has(key)) return 'map';
  if (NAMES.has(key) && rule !== 'data') return 'names';
  return rule === 'data' ? 'data' : 'plain';
}
