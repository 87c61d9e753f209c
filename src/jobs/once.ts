/** Puts off learning something until it is first asked for, and then remembers it. */
export function once<T>(learn: () => Promise<T>): () => Promise<T> {
  let learned: Promise<T> | undefined;
  return () => (learned ??= learn());
}
