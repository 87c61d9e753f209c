import { addressText, type EngineAddress } from '../../engine/address.ts';
import { DbgError } from '../../errors.ts';

/** The error for an engine that refuses to tell of its events. */
export const noEvents = (engine: EngineAddress, sentence: string): DbgError =>
  new DbgError(`the engine at ${addressText(engine)} tells no events: ${sentence}`, {
    next: [{ what: 'what docker says', command: 'docker events' }],
  });
