import type { Socket } from 'node:net';
import type { Judge } from './verdict.ts';

/** What a gated connection is made of. */
export interface Ends {
  readonly client: Socket;
  /** makes the connection to the engine */
  readonly connect: () => Socket;
  readonly judge: Judge;
  /** Hears the bytes that the client is sent. */
  sent(bytes: Buffer): void;
  /** The client is sent nothing more. `why`: the reason, where the engine did not simply end. */
  ended(why?: string): void;
}

/** The reader of a client's bytes. */
export interface Gated {
  push(piece: Buffer): void;
  end(): void;
  /** Whether the connection is being closed: nothing is read any more. */
  isClosing(): boolean;
}
