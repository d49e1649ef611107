/** A compiled expression: it holds, it does not, or it could not be told (a field that is not there, a division by zero). */
export type Expression = (values: Readonly<Record<string, unknown>>) => boolean | { readonly failed: string };

/** Compiled expressions by id of their rule. */
export type Expressions = ReadonlyMap<string, Expression>;
