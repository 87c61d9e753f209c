/** How one GET reaches an engine. */
export interface EngineWay {
  /** Asks. The function that it gives back ends that, and the hearing is called no more. */
  ask(path: string, query: Query, hearing: Hearing): () => void;
}

export type Query = Readonly<Record<string, string>>;

/** Gives a header of the answer by its name, in lower case. */
export type Header = (name: string) => string | undefined;

/**
 * Is called with the status, then with the pieces of the body as they come, and once with the end:
 * an error when it broke off.
 */
export interface Hearing {
  status(code: number, header?: Header): void;
  data(piece: Buffer): void;
  end(error?: Error): void;
}
