import type { Environment } from '../environment.ts';

/**
 * The variable by which the person's dbg gives root's dbg, which it starts through sudo, values of
 * the person's environment that must not become root's variables. It is one variable, so that sudo
 * has only one to let through.
 */
export const OWN_VALUES_VARIABLE = 'DBG_OWN_VALUES';

/** The person's values of these names, as the text of that variable; unset ones are left out. */
export function packedValues(env: Environment, names: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, env[name]])));
}

/**
 * The person's own environment as far as it is known: the values that came through sudo, and dbg's
 * own for all other names.
 */
export function ownValues(env: Environment): Environment {
  return { ...env, ...unpacked(env[OWN_VALUES_VARIABLE]) };
}

/**
 * The text is the person's to set, as dbg's arguments are. So it is read field by field, and a text
 * of another form gives nothing.
 */
function unpacked(text = '{}'): Record<string, string> {
  try {
    const entries = Object.entries((JSON.parse(text) ?? {}) as object);
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}
