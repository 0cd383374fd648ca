/**
 * An object as a client may send it: types were checked against the schema, but every field may be missing, and
 * where one of a few words belongs, any text may stand.
 *
 * Defaults and validation work on this form; after both, the object is what its type says.
 */
export type Received<T> = T extends readonly (infer Item)[]
  ? readonly Received<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Received<T[Key]> | undefined }
    : T extends string
      ? string
      : T;
