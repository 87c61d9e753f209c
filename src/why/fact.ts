/** What a probe has learned, or why it could not. */
export type Fact<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

export const known = <T>(value: T): Fact<T> => ({ known: true, value });
export const unknown = (why: string): Fact<never> => ({ known: false, why });

/** Facts by their names. */
export type Facts<T> = { readonly [Name in keyof T]: Fact<T[Name]> };
