import type { AnyPart } from './doctor-part.ts';
import { SECURITY_PARTS } from './security-parts.ts';
import { ENGINE_PARTS } from './engine-parts.ts';
import { KERNEL_PARTS } from './kernel-parts.ts';
import { LEFT_PARTS } from './left-parts.ts';
import { RIGHT_PARTS } from './right-parts.ts';
import { TOOL_PARTS } from './tool-parts.ts';

/**
 * Everything that `dbg doctor` looks at, what matters most first. A new part is one line here, or
 * in one of these tables.
 */
export const DOCTOR_PARTS: readonly AnyPart[] = [
  ...ENGINE_PARTS,
  ...RIGHT_PARTS,
  ...TOOL_PARTS,
  ...KERNEL_PARTS,
  ...SECURITY_PARTS,
  ...LEFT_PARTS,
];
