import type { WireListener } from '../../api/wire/calls/wire-events.ts';
import { redacted } from '../../api/wire/redact/redact.ts';

export interface RevealOption {
  readonly reveal?: boolean;
}

/**
 * Wraps a listener of what a person is shown, or of what is kept. It hears events without secrets;
 * with --reveal, it hears them as they are.
 */
export const shown = ({ reveal }: RevealOption, onEvent: WireListener): WireListener =>
  reveal ? onEvent : redacted(onEvent);
