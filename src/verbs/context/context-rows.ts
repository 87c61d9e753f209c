import { addressText } from '../../engine/address.ts';
import type { EngineChoice } from '../../engine/choice/choose-engine.ts';
import type { ListedContext } from '../../engine/choice/context-store.ts';

/** The engine that dbg asks, or why none can be asked. */
export type Chosen = Partial<Pick<EngineChoice, 'address' | 'source'>> & { readonly error?: string };

/** A row of `dbg context ls`. */
interface ContextRow {
  readonly name: string;
  readonly current: boolean;
  readonly description: string;
  readonly address: string | null;
  readonly error: string | null;
}

/**
 * The contexts as docker lists them, with `default`, which is what the environment says. A password
 * in an address is left out.
 */
export function contextRows(listed: readonly ListedContext[], { address, source, error }: Chosen): ContextRow[] {
  const current = source === undefined ? undefined : 'context' in source ? source.context : 'default';
  const rows = listed.map((each): ContextRow => {
    const row = { name: each.name, current: each.name === current };
    return 'error' in each
      ? { ...row, description: '', address: null, error: each.error }
      : { ...row, description: each.description, address: withoutPassword(each.host), error: null };
  });
  const own: ContextRow = {
    name: 'default',
    current: current === 'default',
    description: 'what the environment says',
    address: current === 'default' && address !== undefined ? addressText(address) : null,
    error: source === undefined ? (error ?? null) : null,
  };
  return [...rows, own].toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

const withoutPassword = (host: string) => host.replace(/:\/\/[^@/]*:[^@/]*@/, '://…@');
