import type { Engine } from '../../engine/engine.ts';

/** Whose an address is, for the name resolution block of a capture: every container's, and what its network calls it. */
export async function containerNames(engine: Engine): Promise<Map<string, string[]>> {
  const names = new Map<string, string[]>();
  for (const { name, addresses } of await engine.list()) {
    for (const address of addresses) {
      const plain = address.split('/')[0]!;
      names.set(plain, [...(names.get(plain) ?? []), name]);
    }
  }
  return names;
}
