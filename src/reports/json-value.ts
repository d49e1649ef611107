/** A value that JSON can hold; what is not there is null, never left out. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
