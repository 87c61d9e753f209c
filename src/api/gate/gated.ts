import type { Socket } from 'node:net';
import type { Judge } from './verdict.ts';

/** What a client is let through between. */
export interface Ends {
  readonly client: Socket;
  readonly connect: () => Socket;
  readonly judge: Judge;
  /** what the client is sent, and that it has all; `why`: it is not the engine that ended it */
  sent(bytes: Buffer): void;
  ended(why?: string): void;
}

/** What reads a client's bytes. */
export interface Gated {
  push(piece: Buffer): void;
  end(): void;
  /** Nothing is read any more. */
  isClosing(): boolean;
}
