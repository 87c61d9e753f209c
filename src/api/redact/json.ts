import { isSecretName, REDACTED, redactText, redactValue, redactVariable } from './text.ts';

/** Keys whose value is a secret wherever they stand in what the Engine API takes and gives (AuthConfig, Swarm, SwarmSpec). */
const SECRET_KEYS = new Set([
  'password',
  'identitytoken',
  'auth',
  'registrytoken',
  'jointoken',
  'unlockkey',
  'signingcakey',
  'accesstoken',
  'refreshtoken',
  'token',
]);
/** Objects of which every value is one: build arguments, the tokens to join a swarm. */
const SECRET_MAPS = new Set(['buildargs', 'jointokens']);
/** Objects whose keys are names that people chose. */
const NAMED_MAPS = new Set(['labels', 'options', 'driveropts', 'config', 'annotations']);

/**
 * A JSON value without its secrets; the same object when there are none. `operation`: the call it is of; what a secret or config of a swarm
 * holds is in `Data`, which others use for something else.
 */
export function redactJson(value: unknown, operation: string): unknown {
  const hasData = /^(?:Secret|Config)[A-Z]/.test(operation);

  function inside(key: string, at: unknown): unknown {
    if (typeof at === 'string') {
      if (at !== '' && (SECRET_KEYS.has(key) || (hasData && key === 'data'))) return REDACTED;
      return redactText(at);
    }
    if (Array.isArray(at)) return list(key, at);
    if (typeof at === 'object' && at !== null) return object(key, at as Record<string, unknown>);
    return at;
  }

  function list(key: string, at: readonly unknown[]): unknown {
    let isSame = true;
    const all = at.map((each) => {
      const redacted = key === 'env' && typeof each === 'string' ? redactVariable(each) : inside('', each);
      if (redacted !== each) isSame = false;
      return redacted;
    });
    return isSame ? at : all;
  }

  function object(key: string, at: Readonly<Record<string, unknown>>): unknown {
    let isSame = true;
    const entries = Object.entries(at).map(([name, each]) => {
      const redacted = member(key, name, each);
      if (redacted !== each) isSame = false;
      return [name, redacted] as const;
    });
    return isSame ? at : Object.fromEntries(entries);
  }

  function member(key: string, name: string, each: unknown): unknown {
    if (typeof each === 'string' && each !== '') {
      if (SECRET_MAPS.has(key)) return REDACTED;
      if (NAMED_MAPS.has(key)) return redactValue(name, each);
      if (key === 'configfile' && isSecretName(name)) return REDACTED;
    }
    return inside(name.toLowerCase(), each);
  }

  return inside('', value);
}
