import { z } from 'zod';

/** Forms send text and repeat a name (hidden `false`, then the box): the last one counts, and blank is not given. */
function fromForm(value: unknown): unknown {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' && last.trim() === '' ? undefined : last;
}

/** A yes or no: a boolean, or what a form makes of it. */
export function flag(preset: boolean) {
  return z.preprocess((value) => {
    const given = fromForm(value);
    if (given === 'true' || given === 'on' || given === '1' || given === 'yes') return true;
    return given === 'false' || given === 'off' || given === '0' || given === 'no' ? false : given;
  }, z.boolean('Must be true or false.').default(preset));
}

/** A whole number in a range, also as the text of an input. */
export function whole(min: number, max: number, preset: number) {
  return z.preprocess(toNumber, wholeNumber(min, max).default(preset));
}

/** The same, where leaving it out has a meaning of its own. */
export function optionalWhole(min: number, max: number) {
  return z.preprocess((value) => toNumber(value) ?? null, wholeNumber(min, max).nullable().default(null));
}

function toNumber(value: unknown): unknown {
  const given = fromForm(value);
  return typeof given === 'string' && /^\d{1,12}$/.test(given.trim()) ? Number(given) : given;
}

function wholeNumber(min: number, max: number) {
  const words = `Must be a whole number from ${min} to ${max}.`;
  return z.int(words).min(min, words).max(max, words);
}

/** Text, or null when blank. Inner blanks and case are kept. */
export function optionalText(max: number) {
  return z.preprocess(
    (value) => fromForm(value) ?? null,
    z.string('Must be text.').max(max, `Must be at most ${max} characters.`).nullable().default(null),
  );
}

/** One of a list, blank meaning the preset. */
export function choice<const T extends string>(values: readonly [T, ...T[]], preset: NoInfer<T>) {
  const schema = z.enum(values, `Must be one of ${values.join(', ')}.`);
  return z.preprocess(fromForm, schema.default(schema.parse(preset)));
}

/** What is said of settings that are no object, or that `owner` does not have. */
export function noSuchSetting(owner: string): z.core.$ZodErrorMap {
  return (issue) =>
    issue.code === 'unrecognized_keys'
      ? `${owner} has no setting named ${issue.keys.join(', ')}.`
      : 'Must be an object of settings.';
}
