import type { Environment } from '../environment.ts';

/**
 * What the person's dbg tells root's, which it starts through sudo, of the person's own environment: values that are not to become
 * root's variables. In one variable, so that sudo has one to let through.
 */
export const OWN_VALUES_VARIABLE = 'DBG_OWN_VALUES';

/** The person's values of these names, for that variable; those that are not set are left out. */
export function packedValues(env: Environment, names: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, env[name]])));
}

/** The person's own environment, as far as it is known: what came through sudo, over what dbg has itself. */
export function ownValues(env: Environment): Environment {
  return { ...env, ...unpacked(env[OWN_VALUES_VARIABLE]) };
}

/** It is the person's to set, as dbg's arguments are: read field by field, and nothing when it is no such thing. */
function unpacked(text = '{}'): Record<string, string> {
  try {
    const entries = Object.entries((JSON.parse(text) ?? {}) as object);
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}
