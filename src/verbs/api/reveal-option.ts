import type { WireListener } from '../../api/wire/calls/wire-events.ts';
import { redacted } from '../../api/wire/redact/redact.ts';

export interface RevealOption {
  readonly reveal?: boolean;
}

/**
 * What of the wire a person is shown, and what is kept: without secrets, unless they said
 * otherwise.
 */
export const shown = ({ reveal }: RevealOption, onEvent: WireListener): WireListener =>
  reveal ? onEvent : redacted(onEvent);
