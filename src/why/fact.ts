/** What a probe has learned, or why it could not learn it. */
export type Fact<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

export const known = <T>(value: T): Fact<T> => ({ known: true, value });
export const unknown = (why: string): Fact<never> => ({ known: false, why });

/** Facts by name. */
export type Facts<T> = { readonly [Name in keyof T]: Fact<T[Name]> };
