import type { Header } from '../../wire/http/http-head.ts';
import type { Answer } from '../verdict.ts';

/** Makes an answer in the form of the engine's errors; docker shows the message. */
export function refused(status: number, message: string, headers: readonly Header[] = []): Answer {
  return {
    kind: 'answer',
    status,
    headers: [['Content-Type', 'application/json'], ...headers],
    body: Buffer.from(`${JSON.stringify({ message: `dbg share: ${message}` })}\n`),
  };
}

/**
 * Asks for a name and a password, and ends the connection: the client gives them on another one. So
 * no connection stays open over which nobody is let in.
 */
export const ASK_WHO: Answer = {
  ...refused(401, 'a name and a password are asked for', [['WWW-Authenticate', 'Basic realm="dbg share"']]),
  isLast: true,
};
