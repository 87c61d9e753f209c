/**
 * The word by which the near dbg starts the far one: it speaks frames (far-frames.ts) on its stdin
 * and stdout.
 */
export const FAR_WORD = '__far';
