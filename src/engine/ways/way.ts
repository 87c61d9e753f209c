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
  end(error?: Error): void;
}
