/** How one GET reaches an engine. */
export interface EngineWay {
  /**
   * Asks with one GET. The function that it gives back ends the request; the hearing is not called
   * afterwards.
   */
  ask(path: string, query: Query, hearing: Hearing): () => void;
}

export type Query = Readonly<Record<string, string>>;

/** Gives the value of a header of the answer. The name is in lower case. */
export type Header = (name: string) => string | undefined;

/**
 * Hears an answer: first the status, then the pieces of the body as they come, then the end, once.
 * The end has an error when the answer broke off.
 */
export interface Hearing {
  status(code: number, header?: Header): void;
  data(piece: Buffer): void;
  /**
   * Backpressure, asked after each piece: resolves when the next one may come. undefined when it
   * may come at once; left out: always.
   */
  drained?(): Promise<void> | undefined;
  end(error?: Error): void;
}

/** Holds a stream back for as long as the hearing asks for it. */
export function waitFor({ drained }: Hearing, stream: { pause(): unknown; resume(): unknown }): void {
  const waiting = drained?.();
  if (waiting === undefined) return;
  stream.pause();
  void waiting.then(() => stream.resume());
}
