/**
 * What goes between the dbg in front of the person (near) and the one where the containers are
 * (far). Each frame is a letter, the length of what follows in four bytes (big-endian), and that.
 */
export interface Frame {
  readonly kind: string;
  readonly body: Buffer;
}

/** What the near side says. */
export const FROM_NEAR = {
  /** JSON: how to begin (Beginning) */
  begin: 'B',
  /** bytes of the person's stdin, as many as were asked for */
  stdin: 'I',
  /** nothing: the person's stdin has ended */
  stdinEnd: 'E',
  /** the name of a signal for the verb, such as SIGINT */
  signal: 'S',
  /** the width of the person's terminal */
  columns: 'C',
  /** JSON: the answer to a request */
  answer: 'A',
  /** nothing: the near side lives */
  alive: 'P',
} as const;

/** What the far side says. */
export const FROM_FAR = {
  /** bytes for the person's stdout */
  stdout: 'o',
  /** bytes for the person's stderr */
  stderr: 'e',
  /** how many more bytes of stdin the far side can take */
  wantsStdin: 'w',
  /** JSON: something that the near side is to do, with a number for its answer (NearRequest) */
  request: 'q',
  /**
   * bytes for a file: the number of the request and of the file, in four bytes each, and the bytes
   */
  fileBytes: 'f',
  /** the verb's exit code; the last frame */
  exit: 'x',
} as const;

/** The longest body. A longer one shows that the other side is not dbg. */
export const MOST_BODY = 1 << 20;
const HEAD = 5;

/** The bytes of a frame, as parts that need not be copied together. */
export function frameParts(kind: string, ...body: readonly Buffer[]): Buffer[] {
  const head = Buffer.alloc(HEAD);
  head.write(kind, 'latin1');
  head.writeUInt32BE(
    body.reduce((sum, { length }) => sum + length, 0),
    1,
  );
  return [head, ...body];
}

/** Sends bytes, in as many frames as they need. */
export function sendBytes({ send }: { send(kind: string, body: Buffer): void }, kind: string, bytes: Buffer): void {
  for (const body of inBodies(bytes)) send(kind, body);
}

/** Bytes cut into pieces that fit into a frame. */
export function* inBodies(bytes: Buffer, most = MOST_BODY): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += most) yield bytes.subarray(at, at + most);
}

/**
 * Puts the frames of a stream together: gives those that a piece completes. Throws an Error for
 * what is longer than any frame of dbg's.
 */
export function frameReader(): (piece: Buffer) => Frame[] {
  let kept: Buffer[] = [];
  let length = 0;
  let wanted = HEAD;
  return (piece) => {
    kept.push(piece);
    length += piece.length;
    if (length < wanted) return [];
    let bytes = kept.length === 1 ? kept[0]! : Buffer.concat(kept, length);
    const frames: Frame[] = [];
    for (;;) {
      wanted = HEAD;
      if (bytes.length < wanted) break;
      const bodyLength = bytes.readUInt32BE(1);
      if (bodyLength > MOST_BODY) throw new Error(`a frame of ${bodyLength} bytes`);
      wanted = HEAD + bodyLength;
      if (bytes.length < wanted) break;
      frames.push({ kind: bytes.toString('latin1', 0, 1), body: bytes.subarray(HEAD, wanted) });
      bytes = bytes.subarray(wanted);
    }
    kept = bytes.length > 0 ? [bytes] : [];
    length = bytes.length;
    return frames;
  };
}

/** How a verb begins on the far side. */
export interface Beginning {
  readonly args: readonly string[];
  /** the person's variables that the verb may need: of the terminal, and those named in `args` */
  readonly env: Readonly<Record<string, string>>;
  /** added to the far host's environment: which engine is meant there */
  readonly engine: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdinIsTTY: boolean;
  readonly stdoutIsTTY: boolean;
  readonly stderrIsTTY: boolean;
  readonly columns: number | undefined;
  /** the person's files that the verb reads: absolute paths, and what is in them in base64 */
  readonly files: Readonly<Record<string, string>>;
}

/** What the far side asks the near side to do. */
export type NearRequest =
  | { readonly kind: 'create'; readonly path: string; readonly mode?: number; readonly append?: boolean }
  | { readonly kind: 'truncate'; readonly file: number; readonly length: number }
  | { readonly kind: 'close'; readonly file: number }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'settle'; readonly path: string; readonly name: string }
  | { readonly kind: 'diskSpace'; readonly folder: string }
  | { readonly kind: 'pick'; readonly message: string; readonly choices: readonly unknown[] };

/** The answer: what the request gives, or why it failed. */
export type NearAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string | undefined } };

/** What the near side tells of a file that it has opened. */
export interface Created {
  readonly file: number;
  readonly isNew: boolean;
  readonly stats: {
    readonly mode: number;
    readonly size: number;
    readonly isFile: boolean;
    readonly isFIFO: boolean;
  };
}
