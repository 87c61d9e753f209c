import type { Server, Socket } from 'node:net';
import { answerBytes, refusal } from '../../gate/made.ts';
import { escapeControls } from '../../../text.ts';
import { requestFraming } from '../../wire/http/framing.ts';
import { parseRequestHead, type RequestHead } from '../../wire/http/http-head.ts';
import { messageReader } from '../../wire/http/message.ts';
import { operationOf } from '../../wire/calls/operation.ts';
import { redactHead } from '../../wire/redact/redact-head.ts';
import { watchForReader } from '../../wire/ends.ts';
import { finder, type FoundCall } from './find-recorded.ts';
import type { RecordedCall } from './load-calls.ts';
import { play, type Typed } from './play.ts';

export interface ReplayOptions {
  readonly calls: readonly RecordedCall[];
  /** how many times as fast as the recording; Infinity: without waiting */
  readonly speed: number;
  /**
   * Called when a call was not recorded, or not all of its answer was. The call failed with this
   * message.
   */
  readonly failed: (message: string) => void;
  /** Called when a call was found that is the same but for what differs each time. */
  readonly alike: (asked: string, call: RecordedCall) => void;
}

/** How many bytes of a request's body are compared. */
const MOST_BODY_BYTES = 67_108_864;

/**
 * Answers the clients of a server from a recording. The server must be made with `allowHalfOpen`.
 */
export function serveReplay(server: Server, options: ReplayOptions): void {
  const find = finder(options.calls);
  server.on('connection', (client: Socket) => serve(client, find, options));
}

function serve(
  client: Socket,
  find: (asked: { head: RequestHead; body: Buffer }) => FoundCall,
  options: ReplayOptions,
): void {
  const typed: Typed = { bytes: 0, hasEnded: false, changed: () => undefined };
  let head: RequestHead | undefined;
  let body: Buffer[] = [];
  let size = 0;
  let isStream = false;
  let isPlaying = false;

  const reader = messageReader(parseRequestHead, {
    head: (parsed) => {
      head = parsed;
      body = [];
      size = 0;
      return requestFraming(parsed);
    },
    data: (data) => {
      if (isStream) {
        typed.bytes += data.length;
        return typed.changed();
      }
      size += data.length;
      if (size <= MOST_BODY_BYTES) body.push(data);
    },
    end: () => {
      isPlaying = true;
      void answer(head!, Buffer.concat(body));
      return 'wait';
    },
    broken: (reason) => {
      if (reason !== '') client.end(answerBytes(refusal(400, `dbg replay: ${reason}`), 'GET', true));
    },
  });

  async function answer(asked: RequestHead, content: Buffer): Promise<void> {
    const found = find({ head: asked, body: content });
    const { target } = redactHead(asked);
    const text = `${asked.method} ${operationOf(asked.method, target).path}`;
    if (found.kind === 'none') return refuse(asked, `not in the recording: ${asked.method} ${target}${hint(found)}`);
    const { call } = found;
    if (found.kind === 'alike') options.alike(text, call);
    if (call.missing > 0) {
      return refuse(asked, `${call.missing} bytes of the answer to ${text} (#${call.number}) are not in the recording`);
    }
    if (call.steps.length === 0 && !call.isLeft)
      return refuse(asked, `${text} (#${call.number}) was not answered in the recording`);
    const { isLast } = await play(call, client, typed, options.speed, () => {
      isStream = true;
      reader.go('stream');
    });
    if (!isLast) next();
  }

  function refuse(asked: RequestHead, message: string): void {
    options.failed(message);
    // docker prints the message as it is.
    client.write(answerBytes(refusal(501, `dbg replay: ${escapeControls(message)}`), asked.method, false));
    next();
  }

  /** Reads the next request, but not from within the reading of the one before. */
  function next(): void {
    setImmediate(() => {
      isPlaying = false;
      reader.go('message');
      if (typed.hasEnded && !isPlaying) client.end();
    });
  }

  client.on('error', () => undefined);
  client.on('data', (piece) => reader.push(piece));
  client.on('close', () => typed.changed());
  client.on('end', () => {
    typed.hasEnded = true;
    typed.changed();
    // A client that half-closes before its answer still waits for it. One that waits for nothing is
    // gone.
    if (isPlaying) watchForReader(client);
    else client.end();
  });
}

function hint({ nearest }: FoundCall & { kind: 'none' }): string {
  if (!nearest) return '';
  const { call, why } = nearest;
  return `; nearest: ${call.request.method} ${redactHead(call.request).target} (#${call.number})${why && `, ${why}`}`;
}
