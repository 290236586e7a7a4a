/** The keys of a catalogue and what is put into each of its texts, whatever the words. */
export type Shape<T> = T extends (...values: infer Values) => string
  ? (...values: Values) => string
  : T extends string
    ? string
    : { [Key in keyof T]: Shape<T[Key]> };
